import t from 'tap'
import { resolveGraph } from '../../../tasks/engine/graph.ts'
import { ParamReader } from '../../../tasks/engine/params/param-reader.ts'
import { subcommands } from '../../../tasks/engine/subcommands.ts'
import { type Task, task } from '../../../tasks/engine/task.ts'
import { readTaskfile } from '../../../tasks/engine/taskfile.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { subcommandHelp, taskHelp, usageText } from '../../../tasks/reporters/usage-text.ts'

const style = createStyle(false)

async function helpOf(build: Task): Promise<string> {
  const graph = resolveGraph(readTaskfile('Taskfile.ts', { build }))
  const node = graph.get('build')
  if (node === undefined) throw new Error('it is there')
  return taskHelp(node, await new ParamReader({ environment: {}, cwd: '/' }).declarations(node), style)
}

t.test('a task without parameters', async t => {
  t.equal(await helpOf(task({ describe: 'Build', run: () => {} })), 'Build\n\nUsage: task build\n')
  t.equal(await helpOf(task({ describe: 'Build', run: ['make'] })), 'Build\n\nUsage: task build [-- WORD…]\n')
})

t.test('a task with parameters of every kind', async t => {
  const build = task({
    describe: 'Build\nall of it',
    params: z => ({
      port: z.coerce.number().default(8000).describe('where it listens').meta({ env: 'PORT', short: 'p' }),
      target: z.enum(['web', 'node']).meta({ positional: true }),
      files: z.array(z.string()).default([]).meta({ positional: true, value: 'FILE' }),
      out: z.string().describe('where it goes'),
      tag: z.array(z.string()).default(['a', 'b']),
      force: z.boolean().default(false).describe('all of it'),
      color: z.boolean().default(true).describe('with colours'),
    }),
    rest: 'words for the compiler',
    run: () => {},
  })
  t.equal(
    await helpOf(build),
    `Build
all of it

Usage: task build TARGET [FILE…] [--port N] --out OUT [--tag TAG…] [--force] [--color] [-- WORD…]

Parameters:
  -p, --port N    where it listens (default 8000; or PORT in the environment)
  TARGET          (one of web, node; required)
  FILE…
      --out OUT   where it goes (required)
      --tag TAG…  (default a, b)
      --force     all of it
      --color     with colours (on by default, --no-color turns it off)

After --:
  WORD…  words for the compiler
`,
  )
})

t.test('the command itself, with its subcommands', async t => {
  const text = usageText(style)
  for (const { name, describe } of subcommands) t.match(text, new RegExp(`\n {2}${name} .*${describe}\n`))
  for (const flag of ['-k, --keep-going', '    --force', '    --only', '-w, --watch', '-y, --yes'])
    t.ok(text.includes(`  ${flag} `), flag)
  t.notMatch(text, / \n/, 'no spaces at the ends of lines')
})

t.test('a subcommand', async t => {
  const graph = subcommands.find(({ name }) => name === 'graph')
  if (graph === undefined) throw new Error('it is there')
  t.equal(
    subcommandHelp(graph, style),
    `print the graph of all tasks, or of those named and what they need

Usage: task graph [NAME…] [--format FORMAT]

Parameters:
  NAME…                tasks
      --format FORMAT  how it is written (one of mermaid, dot, json; default mermaid)
`,
  )
})
