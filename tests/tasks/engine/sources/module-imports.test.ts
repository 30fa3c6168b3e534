import t from 'tap'
import { parseModule } from '../../../../tasks/engine/sources/module-imports.ts'

const imports: readonly [text: string, ...specifiers: string[]][] = [
  [`import './a.ts'`, './a.ts'],
  [`import a, { b } from "./a.ts"`, './a.ts'],
  [`import * as a from './a.ts'`, './a.ts'],
  [`import a from './a.json' with { type: 'json' }`, './a.json'],
  [`export { a } from './a.ts'`, './a.ts'],
  [`export * from './a.ts'`, './a.ts'],
  [`export * as a from './a.ts'`, './a.ts'],
  [`export {} from './a.ts'`, './a.ts'],
  [`export const a = 1`],
  [`const a = await import('./a.ts')`, './a.ts'],
  ['const a = () => import(`./a.ts`)', './a.ts'],
  [`import(/* why */ './a.json', { with: { type: 'json' } })`, './a.json'],
  [`import(\`./\${name}.ts\`); import('./' + name); import(name)`],
  [`new Worker(new URL('./a.ts', import.meta.url))`, './a.ts'],
  [`new URL('a.ts',\n  import.meta.url)`, './a.ts'],
  [`new URL('../data.txt', import.meta.url); new URL('..', import.meta.url)`],
  [`new URL('./a.ts', base); new URL('./b.ts', import.meta.urls)`],
  [`import.meta.resolve('./a.ts'); import.meta.resolve("zod")`, './a.ts', 'zod'],
  [`const s = '🤨'; import.meta.resolve('./a.ts'); import('./b.ts')`, './b.ts', './a.ts'],
  [`// import './a.ts'\nconst s = "import('./b.ts')"`],
  [`import type { A } from './a.ts'`],
  [`import type A from './a.ts'`],
  [`import type * as A from './a.ts'`],
  [`import type {} from './a.ts'`],
  [`import type from './a.ts'`, './a.ts'],
  [`import { type A } from './a.ts'`, './a.ts'],
  [`import { type A, b } from './a.ts'`, './a.ts'],
  [`export type { A } from './a.ts'`],
  [`export type * from './a.ts'`],
  [`export { type A } from './a.ts'`, './a.ts'],
  [`let a: typeof import('./a.ts'); type B = import('./b.ts').B`],
  [`import './a.ts'; import './a.ts'; import 'node:fs'`, './a.ts', 'node:fs'],
]

t.test('what a module imports when it runs', async t => {
  for (const [text, ...specifiers] of imports) {
    t.same(parseModule('/x/file.ts', text), { imported: specifiers, required: [] }, text)
  }
})

t.test('what is required', async t => {
  const text = `const a = require('./a'); require.resolve('b'); require(name); other('./c')`
  t.same(parseModule('/x/file.cjs', text), { imported: [], required: ['./a', 'b'] })
})

t.test('JavaScript that no type may stand in, and text that is no code', async t => {
  t.same(parseModule('/x/file.mjs', `import './a.mjs'`), { imported: ['./a.mjs'], required: [] })
  for (const text of ['import {', 'const = 1', '}}} import "./a.ts"']) {
    t.equal(parseModule('/x/file.ts', text), undefined, text)
  }
  t.equal(parseModule('/x/file.mjs', 'let a: string'), undefined)
})
