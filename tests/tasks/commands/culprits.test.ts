import { chmodSync, readFileSync, rmSync } from 'node:fs'
import t from 'tap'
import { importTask } from '../cli-rig.ts'
import { Project } from './rig.ts'

t.setTimeout(240_000)

const taskfile = (more = '') => `${importTask}
import { greeting } from './greeting.ts'
import { writeFileSync } from 'node:fs'
const base = task({ describe: 'Base', inputs: ['base.txt'], outputs: ['base.out'], run: ['cp', 'base.txt', 'base.out'] })
const number = task({ describe: 'Number', env: ['NUMBER'], inputs: [], run: () => process.env.NUMBER })
const build = task({
  describe: 'Build',
  needs: { base, number },
  params: z => ({ level: z.coerce.number().default(1) }),
  rest: 'anything',
  inputs: ['src/*.txt', { name: 'setting', value: ${JSON.stringify(more)} }],
  env: ['MODE'],
  tools: { tool: '>=1' },
  outputs: ['out.txt'],
  run: (_, { root }) => writeFileSync(root + '/out.txt', greeting),
})
const command = task({ describe: 'Command', inputs: [], run: ['true'] })
export default { build, base, number, command }
`

function project(t: { teardown(end: () => void): void }) {
  const project = new Project(t, taskfile())
  project.write('greeting.ts', `export const greeting: string = 'hello'\n`)
  project.write('base.txt', 'base')
  for (const name of ['a', 'b']) project.write(`src/${name}.txt`, name)
  tool(project, '1.2.3')
  return project
}

function tool(project: Project, version: string) {
  project.write('bin/tool', `#!/bin/sh\necho asked >> "$0.log"\necho tool ${version}\n`)
  chmodSync(`${project.path}/bin/tool`, 0o755)
}

interface Case {
  readonly what: string
  readonly words?: readonly string[]
  readonly env?: Record<string, string>
  act?(project: Project): void
  readonly why: readonly object[]
  /** What a person reads beforehand. */
  readonly text: RegExp
  /** Not known before another task has run. */
  readonly after?: true
  /** Not known before this tool has told its version, for which it is not started. */
  readonly unasked?: string
}

const cases: readonly Case[] = [
  {
    what: 'a file that is new',
    act: project => project.write('src/c.txt', 'c'),
    why: [{ kind: 'input', path: 'src/c.txt', how: 'added' }],
    text: /src\/c\.txt is new/,
  },
  {
    what: 'a file that changed',
    act: project => project.write('src/a.txt', 'A'),
    why: [{ kind: 'input', path: 'src/a.txt', how: 'changed' }],
    text: /src\/a\.txt changed/,
  },
  {
    what: 'a value',
    act: project => project.write('Taskfile.ts', taskfile('new')),
    why: [
      { kind: 'value', name: 'setting' },
      { kind: 'source', path: 'Taskfile.ts' },
    ],
    text: /the value setting changed/,
  },
  {
    what: 'a parameter',
    words: ['--level', '2'],
    why: [{ kind: 'param', name: 'level' }],
    text: /the parameter level changed/,
  },
  {
    what: 'the words after --',
    words: ['--', 'x'],
    why: [{ kind: 'rest' }],
    text: /the words after -- changed/,
  },
  {
    what: 'the environment',
    env: { MODE: 'fast' },
    why: [{ kind: 'env', name: 'MODE' }],
    text: /MODE changed/,
  },
  {
    what: 'the version of a tool',
    act: project => tool(project, '2.0.0'),
    why: [{ kind: 'tool', name: 'tool', from: '1.2.3', to: '2.0.0' }],
    text: /runs if the version of tool has changed, which is not asked now/,
    unasked: 'tool',
  },
  {
    what: 'an imported module',
    act: project => project.write('greeting.ts', `export const greeting: string = 'good day'\n`),
    why: [{ kind: 'source', path: 'greeting.ts' }],
    text: /its source greeting\.ts changed/,
  },
  {
    what: 'the Taskfile',
    act: project => project.write('Taskfile.ts', `${taskfile('new')}\n// more`),
    why: [{ kind: 'source', path: 'Taskfile.ts' }],
    text: /its source Taskfile\.ts changed/,
  },
  {
    what: 'an output',
    act: project => project.write('out.txt', 'edited'),
    why: [{ kind: 'output', path: 'out.txt', how: 'changed' }],
    text: /its output out\.txt changed/,
  },
  {
    what: 'the outputs of a need',
    act: project => project.write('base.txt', 'new'),
    why: [{ kind: 'need', name: 'base', what: 'outputs' }],
    text: /depends on|after base|base/,
    after: true,
  },
  {
    what: 'the result of a need',
    env: { NUMBER: '5' },
    why: [{ kind: 'need', name: 'number', what: 'result' }],
    text: /number/,
    after: true,
  },
]

const here = project(t)
const path = `${here.path}/bin:${process.env.PATH}`
const run = (words: readonly string[], env: Record<string, string> = {}) =>
  here.run(['build', ...words], { env: { PATH: path, ...env } })

const askings = () => readFileSync(`${here.path}/bin/tool.log`, 'utf8')

for (const { what, words = [], env = {}, act, why, text, after, unasked } of cases) {
  t.test(`${what}: named beforehand, by why, and by the run`, async t => {
    t.equal((await run([])).code, 0)
    act?.(here)
    const options = { env: { PATH: path, ...env } }
    const asked = askings()
    const plan = await here.task(['--plan', 'build', ...words], options)
    t.match(
      plan.stdout.split('\n').find(line => / build\b/.test(line)),
      text,
      plan.stdout,
    )
    if (words.length === 0) {
      const { verdict } = JSON.parse((await here.task(['why', 'build', '--json'], options)).stdout)
      if (after) t.match(verdict, { kind: 'unknown', after: [Reflect.get(why[0] ?? {}, 'name')] })
      else if (unasked !== undefined) t.same(verdict, { kind: 'unasked', tools: [unasked] })
      else t.same(verdict.why, why)
    }
    t.equal(askings(), asked, 'no tool was started')
    t.same((await run(words, env)).why('build'), why)
    t.same((await run(words, env)).ran, [], 'and then it is up to date')
  })
}

t.test('a file that is gone, as a person reads it; a command has no source but itself', async t => {
  await run(['command'])
  here.write('greeting.ts', `export const greeting: string = 'good night'\n`)
  rmSync(`${here.path}/src/a.txt`)
  const { stdout } = await here.task(['why', 'build'], { env: { PATH: path } })
  t.match(
    stdout,
    /^build runs: this has changed since it succeeded, .*\n {2}source\n {4}its source greeting\.ts changed\n/,
  )
  t.match(stdout, / {2}inputs\n {4}src\/a\.txt is gone\n/)
  t.same((await run(['command'])).upToDate.includes('command'), true)
  t.match(await here.task(['why', 'nobody']), { code: 2, stderr: /unknown task "nobody"/ })
})
