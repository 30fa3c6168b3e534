import { join } from 'node:path'
import t from 'tap'
import { onlyDeclare } from '../../../../tasks/engine/unchanged/declaring-taskfiles.ts'
import { createPlace, root } from '../../cli-rig.ts'

const engine = join(root, 'tasks/engine')
const imports = ['task', 'service', 'group', 'mount']
  .map(name => `import { ${name} } from ${JSON.stringify(join(engine, `${name}.ts`))}\n`)
  .join('')

const isDeclaring = (
  t: Parameters<typeof createPlace>[0],
  text: string,
  others: Record<string, string> = {},
) => {
  const place = createPlace(t)
  for (const [name, other] of Object.entries(others)) place.write(name, imports + other)
  return onlyDeclare([place.write('Taskfile.ts', imports + text)], engine)
}

t.test('a Taskfile that only declares', async t => {
  for (const [name, text, others] of [
    ['tasks', `export default { a: task({ describe: 'A', inputs: ['in'], run: ['cp', 'in', 'out'] }) }`],
    [
      'names, needs and exports of all kinds',
      `export const a = task({ describe: 'A', run: ['true'] })
       const b = task({ describe: 'B', needs: () => ({ a, c }), inputs: [], run: ['true'] })
       const c = task({ describe: 'C', run: ['true'] })
       export { b as other }
       export default { a, 'b:c': b, c, all: group({ describe: 'All', needs: { a, b } }) }`,
    ],
    [
      'what a task does when it runs',
      `import { writeFileSync } from 'node:fs'
       import { build } from 'esbuild'
       const compile = async () => { await build({}); process.exitCode = 0 }
       export default { a: task({ describe: 'A', confirm: () => String(Date.now()), run: compile }),
         b: task({ describe: 'B', async run() { writeFileSync('out', process.argv[2] ?? '') } }),
         c: service({ describe: 'C', ready: { check: async () => Math.random() > 0.5 }, run: ['serve'] }),
         d: task({ describe: 'D', params: z => ({ x: z.string() }), inputs: () => [String(Date.now())], run: () => {} }) }`,
    ],
    [
      'lists of tasks',
      `interface Part { readonly name: string }
       type Parts = readonly Part[]
       const names = ['a', 'b'] as const
       const parts = names.map(name => ({ name })) satisfies Parts
       const copy = ({ name }: Part, from = \`in/\${name}\`) => task({ describe: name, inputs: [from], run: ['cp', from, 'out'] })
       const tasks = Object.fromEntries(parts.map(part => [part.name, copy(part)]))
       const many = Array.from({ length: 3 }, (_, i) => i).filter(i => i % 2 === 0)
       function named(i: number) { const name = String(i); if (i > 1) return name.padStart(3); else return [...name].join('') }
       export default { ...tasks, ...Object.fromEntries(many.map(i => [\`n\${i}\`, task({ describe: named(i)!, run: ['true'] })])) }`,
    ],
    [
      'its own place, and paths',
      `import { join } from 'node:path'
       export default { a: task({ describe: 'A', run: ['sh', join(import.meta.dirname, 'a.sh')] }) }`,
    ],
    [
      'other modules of the same kind',
      `import { copy, inputs } from './tasks/copy.ts'
       import type { Unknown } from './nowhere.ts'
       export default { a: copy('a', inputs), web: mount('./web/Taskfile.ts') }`,
      {
        'tasks/copy.ts': `import { rmSync } from 'node:fs'
          export const inputs = ['a']
          export const copy = (name: string, inputs: string[]) => task({ describe: name, inputs, run: ['cp', name, 'out'] })
          export const clean = () => rmSync('out')`,
      },
    ],
  ] as const)
    t.equal(isDeclaring(t, text, others), true, name)
})

t.test('a Taskfile that does more', async t => {
  const describing = (value: string) => `export default { a: task({ describe: ${value}, run: ['true'] }) }`
  for (const [name, text, others] of [
    ['a variable', describing('process.env.NAME')],
    ['a global', describing('globalThis.name')],
    ['the time', describing('String(Date.now())')],
    ['chance', describing('String(Math.random())')],
    ['a new object', describing('String(new Date())')],
    ['a file', `import { readFileSync } from 'node:fs'\n${describing(`readFileSync('in', 'utf8')`)}`],
    ['the files of a directory', `import fs from 'node:fs'\n${describing(`fs.readdirSync('.').join()`)}`],
    ['the working directory', `import { resolve } from 'node:path'\n${describing(`resolve('in')`)}`],
    ['what a package says', `import version from 'semver'\n${describing('version')}`],
    ['a package that is imported for what it does', `import 'dotenv/config'\n${describing(`'A'`)}`],
    ['a hidden one', `const now = () => Date.now()\n${describing('String(now())')}`],
    ['one in a method', `const it = { map: () => Date.now() }\n${describing('String(it.map())')}`],
    ['one behind a default', `const name = (text = process.argv[2]) => text\n${describing('name()')}`],
    ['one as a callback', `const now = () => Date.now()\n${describing('[1].map(now).join()')}`],
    [
      'one from the options of a task',
      `const b = task({ describe: 'B', run: () => Date.now() })\n${describing('String([1].map(b.options.run))')}`,
    ],
    [
      'one from options that are named otherwise',
      `const b = task({ describe: 'B', run: () => Date.now() })\n${describing("String([1].map(b['options'].run))")}`,
    ],
    [
      'one from options that are taken apart',
      `const b = task({ describe: 'B', run: () => Date.now() })
       const call = ({ options: { run } }: any) => run()\n${describing('String(call(b))')}`,
    ],
    [
      'one made of a text',
      `const make = (of: any) => of('return Date.now()')\nconst call = (it: any) => it()\nconst f = () => 1
       ${describing('String(call(make(f.constructor)))')}`,
    ],
    ['a file that package.json names', `import { x } from '#x'\n${describing(`'A'`)}`],
    ['a getter', describing('({ get x() { return process.pid } }).x + ""')],
    ['an assignment', `const list = ['a']\nlist.push(process.cwd())\n${describing('list.join()')}`],
    ['a variable that changes', `let x = 'a'\n${describing('x')}`],
    ['an await', `const x = await Promise.resolve('a')\n${describing('x')}`],
    ['a loop', `const tasks = {}\nfor (const x of ['a']) tasks[x] = 1\n${describing(`'A'`)}`],
    ['a class', `class A {}\n${describing('A.name')}`],
    [
      'a run that is no function',
      `import { command } from 'esbuild'\nexport default { a: task({ describe: 'A', run: command }) }`,
    ],
    ['an import of data', `import data from './data.json' with { type: 'json' }\n${describing('data')}`],
    ['a dynamic import', describing(`String(import('./x.ts'))`)],
    [
      'what another module does',
      `import { x } from './x.ts'\n${describing('x')}`,
      { 'x.ts': 'export const x = String(process.pid)' },
    ],
    [
      'what another module does when it is loaded',
      `import './x.ts'\n${describing(`'A'`)}`,
      { 'x.ts': 'process.chdir("/")' },
    ],
    [
      'a function of another module',
      `import { x } from './x.ts'\n${describing('x()')}`,
      { 'x.ts': 'export const x = () => String(process.pid)' },
    ],
    [
      'a module of a circle',
      `import { x } from './x.ts'\n${describing('x')}`,
      { 'x.ts': `import './Taskfile.ts'\nexport const x = 'x'` },
    ],
    [
      'all of another module',
      `import * as all from './x.ts'\n${describing('all.x')}`,
      { 'x.ts': `export const x = 'x'` },
    ],
    ['a module that is not there', `import { x } from './x.ts'\n${describing('x')}`],
    ['no module', `export default {`],
  ] as const)
    t.equal(isDeclaring(t, text, others), false, name)
})

t.test('tasks of another engine', async t => {
  const place = createPlace(t)
  place.write('task.ts', `export const task = (options: object) => ({ options, at: Date.now() })`)
  const taskfile = place.write(
    'Taskfile.ts',
    `import { task } from './task.ts'\nexport default { a: task({ run: ['true'] }) }`,
  )
  t.equal(onlyDeclare([taskfile], engine), false)
})
