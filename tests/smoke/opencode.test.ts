import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { chooseAgent } from '../../smoke/agents/choose-agent.ts'
import { opencodeRun } from '../../smoke/agents/opencode.ts'
import { readOpencodeEvents } from '../../smoke/agents/opencode-events.ts'
import { opencodeNaming, stepsOf } from '../../smoke/agents/stage-steps.ts'
import { judgeOptions } from '../../smoke/options.ts'
import { judge } from '../../smoke/stages/judge.ts'
import type { Stage } from '../../smoke/stages/stage.ts'
import { room, write } from './room.ts'

const stage: Stage = {
  ...{ name: 'sums', describe: '', prompt: 'Add 1 and 2.', forbidden: [], says: /^3$/ },
  calls: [{ tool: 'a-b_add', arguments: { a: 1 }, accepts: { a: 1 }, answer: { sum: 3 } }],
  leaves: { present: [], absent: [] },
  closing: () => '3',
}

const part = (type: string, more: object) => JSON.stringify({ type, timestamp: 1, sessionID: 's', ...more })
const tool = (name: string, state: object) =>
  part('tool_use', {
    part: { id: 'p', type: 'tool', tool: name, callID: 'c', state: { input: {}, ...state } },
  })
const finish = (reason: string) => part('step_finish', { part: { type: 'step-finish', reason } })
const said = (text: string) => part('text', { part: { id: 't', type: 'text', text } })
const added = tool('gateway_a-b_add', { status: 'completed', input: { a: 1 }, output: '{"sum":3}' })
const good = [part('step_start', { part: {} }), added, finish('tool-calls'), said('3'), finish('stop')]

t.test('what it did is judged as that of any other agent', async t => {
  const judged = (...lines: string[]) => judge(stage, lines.join('\n'), readOpencodeEvents)
  t.same(judged(...good), { kind: 'passed' })
  t.same(judged(part('reasoning', { part: { id: 'r', text: 'so' } }), ...good), { kind: 'passed' })
  const broken = tool('gateway_a-b_add', { status: 'error', input: { a: 1 }, error: 'no room' })
  const table: [what: string, lines: string[], reason: RegExp][] = [
    ['nothing', [], /ends before the turn does; a-b_add was not called/],
    ['half of it', good.slice(0, 3), /ends before the turn does$/],
    ['a call that failed', good.with(1, broken), /^a-b_add: it failed: no room/],
    [
      'a tool of its own',
      [tool('read', { status: 'completed', output: '' }), ...good],
      /none of its tools: read/,
    ],
    [
      'another server',
      good.with(1, tool('other_a-b_add', { status: 'completed', output: '' })),
      /other_a-b_add/,
    ],
    [
      'a shell, though it was denied',
      [tool('bash', { status: 'error', input: { command: 'ls' }, error: 'denied' }), ...good],
      /used a shell, which is not allowed: ls/,
    ],
    ['a file', [tool('write', { status: 'completed', output: '' }), ...good], /changed files/],
    ['cut short', good.with(4, finish('length')), /the turn failed: the model ended for the reason "length"/],
    [
      'an error, whatever comes then',
      [part('error', { error: { name: 'APIError', data: { message: 'quota' } } }), ...good],
      /the turn failed: quota/,
    ],
    ['an error of few words', [part('error', { error: { name: 'Unknown' } })], /the turn failed: Unknown/],
    ['a line of something else', ['Warning: x', ...good], /line 1 is no event of opencode: Warning: x/],
    ['an event that is not known', [part('step_exploded', {}), ...good], /line 1 is no event of opencode/],
    ['half a line', [...good.slice(0, 4), good[4]?.slice(0, -5) ?? ''], /line 5 is no event of opencode/],
  ]
  for (const [what, lines, reason] of table) t.match(judged(...lines), { kind: 'failed', reason }, what)
})

t.test('its model is told tools by the name of their server', async t => {
  const [first] = stepsOf(stage, opencodeNaming)
  t.match(typeof first === 'function' ? first([]) : first, { calls: [{ tool: 'gateway_a-b_add' }] })
})

/** A program in its place, as a shell script. */
function standIn(script: string): string {
  const path = join(room(t), 'opencode')
  write(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

t.test('it is given homes of its own, its one model and the gateway, and nothing of a shell', async t => {
  const before = { token: process.env.SMOKE_SECRET, config: process.env.OPENCODE_CONFIG }
  Object.assign(process.env, { SMOKE_SECRET: 'x', OPENCODE_CONFIG: '/of/a/person' })
  t.teardown(() => {
    for (const [name, value] of [
      ['SMOKE_SECRET', before.token],
      ['OPENCODE_CONFIG', before.config],
    ] as const)
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
  })
  const cwd = room(t)
  const { stdout } = await opencodeRun({
    ...{ program: standIn('echo "$@"; pwd; env'), cwd, prompt: 'say it', deadline: 20_000 },
    model: { url: 'http://127.0.0.1:9/v1', name: 'm', key: 'k' },
    server: { url: 'http://127.0.0.1:8/mcp', token: 'the-token' },
  })
  const [words, directory, ...lines] = stdout.split('\n')
  t.match(words, /^run --format json .*-- say it$/)
  t.equal(directory, cwd)
  const environment = Object.fromEntries(lines.map(line => line.split(/=(.*)/s).slice(0, 2)))
  const { HOME: home } = environment
  for (const name of ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME', 'TMPDIR'])
    t.ok(environment[name].startsWith(`${home}/`), name)
  t.match(environment, { SMOKE_SECRET: undefined, OPENCODE_CONFIG: undefined, npm_config_offline: 'true' })
  t.match(JSON.parse(environment.OPENCODE_CONFIG_CONTENT), {
    mcp: { gateway: { url: 'http://127.0.0.1:8/mcp', headers: { Authorization: 'Bearer the-token' } } },
    permission: { '*': 'deny', 'gateway_*': 'allow' },
  })
})

t.test('it is looked for where it is named, and on PATH', async t => {
  const around = (environment: object) => ({
    ...{ cwd: '/', home: '/h', fetched: '/f', environment: { PATH: '/nowhere', ...environment } },
  })
  const options = judgeOptions({ agent: 'opencode', model: 'scripted' })
  const program = standIn('')
  t.match(chooseAgent(options, around({ DEBUG_SERVER_OPENCODE: program })), { agent: { program } })
  t.match(chooseAgent(options, around({ PATH: join(program, '..') })), { agent: { program } })
  t.throws(() => chooseAgent(options, around({})), { message: /not installed/, fix: /npm install/ })
  t.throws(() => chooseAgent(options, around({ DEBUG_SERVER_OPENCODE: '/none' })), {
    message: /DEBUG_SERVER_OPENCODE names \/none/,
  })
})
