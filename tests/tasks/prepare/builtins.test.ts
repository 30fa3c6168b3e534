import t from 'tap'
import { builtinModule, namesFrom } from '../../../tasks/prepare/builtins.ts'

const cases: [text: string, names: string[] | undefined][] = [
  [`import { spawn } from 'node:x'`, ['spawn']],
  [`import { type ChildProcess, spawn as start, exec } from 'node:x'`, ['exec', 'spawn']],
  [`import {\n  a,\n  b,\n} from "node:x"`, ['a', 'b']],
  [`import { a } from 'node:x'; import { b } from 'node:x'`, ['a', 'b']],
  [`import type { A } from 'node:x'\nimport { b } from 'node:x'`, ['b']],
  [`import { type A } from 'node:x'`, []],
  [`import { a } from 'node:xy'\nimport { b } from 'node:x'`, ['b']],
  [`// an import of { b }\nimport { a } from 'node:x'`, ['a']],
  [`import x from 'node:x'`, undefined],
  [`import * as x from 'node:x'`, undefined],
  [`import x, { a } from 'node:x'`, undefined],
  [`import { default as x } from 'node:x'`, undefined],
  [`import { a } from 'node:x'; import x from 'node:x'`, undefined],
  [`export { a } from 'node:x'`, undefined],
  [`export * from 'node:x'`, undefined],
  [`import 'node:x'`, undefined],
  ['', undefined],
]

t.test('the names that a module imports', async t => {
  for (const [text, names] of cases) t.strictSame(namesFrom('node:x', text), names, text)
})

t.test('a builtin is loaded when a name is read', async t => {
  const { suffix, contents } = builtinModule('node:path', `import { join, sep } from 'node:path'`)
  t.equal(suffix, '?join,sep')
  const module: { exports: Record<string, unknown> } = { exports: {} }
  let loads = 0
  const getBuiltinModule = (name: string) => {
    loads++
    return process.getBuiltinModule(name)
  }
  new Function('module', 'process', contents)(module, { getBuiltinModule })
  t.equal(loads, 0)
  t.equal(module.exports.sep, process.getBuiltinModule('node:path').sep)
  t.equal(typeof module.exports.join, 'function')
  t.equal(loads, 1)
})
