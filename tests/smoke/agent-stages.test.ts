import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import { loadStages, stagesIn } from '../../smoke/stages/agent-stages.ts'
import { greetingTaskfile } from './greeting.ts'
import { room, write } from './room.ts'
import { smokeRig } from './smoke-rig.ts'

t.setTimeout(280_000)

const setting = { run: '0', clone: '/c', client: '/r', node: '/n' }

t.test('another repository has its own stages done, by its own Taskfile', async t => {
  const rig = smokeRig(t, 'none', {}, greetingTaskfile)
  const { code, stdout, stderr } = await rig.run('--agent', 'mcp', '--test-scope', 'none', '--keep-workspace')
  t.equal(code, 0, stderr)
  t.match(stdout, /smoke passed: 17 of 17 phases passed/)
  t.same(
    rig.summary().phases.flatMap(({ name }) => (name.startsWith('agent:') ? [name] : [])),
    ['agent:greet'],
    'and none of this one',
  )
  t.match(rig.evidence('transcripts/greet.jsonl'), /"text":"It says: good morning"/)
  t.match(rig.evidence('transcripts/greet.tools.json'), /"echo"/)
  const [workspace = ''] = rig.left()
  const seeded = join(rig.temporary, workspace, 'client-repo/words/greeting.txt')
  t.equal(readFileSync(seeded, 'utf8'), 'good morning\n')
})

t.test('a server that lacks a tool fails at the stage that needs it', async t => {
  const rig = smokeRig(t, 'tool-is-missing', {}, greetingTaskfile)
  t.match(await rig.run('--agent', 'mcp', '--test-scope', 'none'), { code: 1 })
  t.match(rig.summary().failed, { phase: 'agent:greet', reason: /echo: it failed: there is no tool echo/ })
  t.match(rig.evidence('diagnosis-agent-greet.txt'), /== Last answers/)
  t.same(rig.left(), [])
})

t.test(
  'what cannot be a stage is refused with the module that declares it, before anything is done',
  async t => {
    const directory = room(t)
    const good = {
      ...{ name: "'look'", describe: "''", prompt: "'look'", calls: '[]', forbidden: '[]' },
      ...{ leaves: '{ present: [], absent: [] }', closing: "() => ''", says: '/x/' },
    }
    const stage = (change: object) =>
      `{ ${Object.entries({ ...good, ...change })
        .map(([name, value]) => `${name}: ${value}`)
        .join(', ')} }`
    const declaring = (stages: string, client = '{}') =>
      `export const agentStages = { client: ${client}, stages: () => [${stages}] }`
    const judged = async (text: string, name: string) => {
      const file = join(directory, `${name}.mjs`)
      write(file, text)
      const module = pathToFileURL(file).href
      return stagesIn(module, await loadStages(module), setting)
    }
    t.equal((await judged(declaring(stage({})), 'good')).length, 1)
    const table: [string, string, RegExp][] = [
      ['empty', '', /empty\.mjs: agentStages cannot be used/],
      ['broken', 'export const agentStages = {', /broken\.mjs.* cannot be loaded: SyntaxError/],
      ['climbs', declaring('', "{ '../x': '' }"), /paths below it[\s\S]*client/],
      ['readme', declaring('', "{ 'README.md': '' }"), /neither README\.md nor \.git/],
      ['hooks', declaring('', "{ '.git/hooks/post-commit': '' }"), /neither README\.md nor \.git/],
      ['name', declaring(stage({ name: "'../look'" })), /small letters, digits and dashes[\s\S]*\[0\]\.name/],
      ['twice', declaring(`${stage({})}, ${stage({})}`), /declares the stage "look" twice/],
      ['says', declaring(stage({ says: "'x'" })), /\[0\]\.says/],
      ['closing', declaring(stage({ closing: "'x'" })), /a function of the answers/],
      [
        'answer',
        declaring(stage({ calls: "[{ tool: 'a', arguments: {}, accepts: {} }]" })),
        /calls\[0\]\.answer/,
      ],
    ]
    for (const [name, text, message] of table)
      await t.rejects(judged(text, name), { name: 'UserError', message, fix: /\w/ }, name)
    t.match(
      await judged('export const agentStages = { client: 3 }', 'run').catch(error => error.message),
      /client[\s\S]*stages/,
      'with all that is wrong',
    )
  },
)
