import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { z } from 'zod'
import { words } from '../../client/mcp/words.ts'
import { type CodexResult, runCodex } from '../../smoke/agents/codex.ts'
import type { ToolCallItem } from '../../smoke/agents/codex-events.ts'
import { findCodex } from '../../smoke/agents/codex-program.ts'
import { toolNames } from '../../smoke/agents/model-request.ts'
import { call, message, type Step, type ToolCall, type ToolOutput } from '../../smoke/agents/script.ts'
import { type ScriptedModel, startScriptedModel } from '../../smoke/agents/scripted-model.ts'
import { answerIn, answerOf } from '../../smoke/agents/tool-answer.ts'
import { demoRepository } from '../client/real-server.ts'
import { until } from '../until.ts'
import { type Clone, makeClone } from './clone.ts'

/**
 * A coding agent finds a mistake with the debugger: the real Codex, led by a script, with the tools of
 * `debug-server mcp`, against services that `task up` has started.
 */
t.setTimeout(280_000)

/** Every one that there is. */
const tools = [...Object.values(words).map(({ tool }) => tool), 'session_debug'].toSorted()

const codex = findCodex(process.env)
const debugpy = ['python3', '/usr/bin/python3'].some(
  python => spawnSync(python, ['-c', 'import debugpy'], { stdio: 'ignore' }).status === 0,
)
const missing = !codex.found
  ? codex.reason
  : debugpy
    ? undefined
    : 'debugpy is not installed: apt-get install python3-debugpy, or pip install debugpy'

t.test('Codex finds a mistake with the debugger', missing === undefined ? {} : { skip: missing }, async t => {
  const clone = makeClone(t)
  const up = await clone.task(['up'])
  if (up.code !== 0) throw new Error(up.stderr)
  await using model = await startScriptedModel({ steps: script(await demoRepository(clone.home)) })
  const { items, exit, end, stderr } = await runOn(clone, model)
  t.match({ exit, end }, { exit: 0, end: { kind: 'completed' } }, stderr)
  for (const request of model.requests) t.same(toolNames(request, 'mcp__debug'), tools)

  const calls = items.filter(item => item.type === 'mcp_tool_call')
  t.same(
    calls.filter(({ status }) => status !== 'completed').map(call => `${call.tool}: ${answerOf(call)}`),
    [],
    'every call succeeded',
  )
  const said = (tool: string, nth = 0) => parsed(calls.filter(call => call.tool === tool)[nth])
  t.match(said('repository_init'), { name: 'demo', status: 'ready' })
  t.match(said('session_create'), { repository: 'demo', status: 'running' })
  t.match(said('debug_launch'), {
    status: 'stopped',
    stop: {
      number: 1,
      reason: 'breakpoint',
      frame: { name: /pop/, file: 'stack.py', line: 12, source: /return self\._items\.pop\(0\)/ },
    },
    breakpoints: [{ file: 'stack.py', line: 12, verified: true }],
  })
  t.match(said('debug_stack'), {
    frames: [
      { index: 0, file: 'stack.py', line: 12 },
      { index: 1, name: /test_gives_back_the_last_item_first/, file: 'test_stack.py', line: 14 },
    ],
  })
  t.match(said('debug_variables'), { variables: [{ name: 'self', type: 'Stack' }] })
  t.match(said('debug_evaluate', 0), { value: "['first', 'second']", type: 'list' })
  t.match(said('debug_evaluate', 1), { value: "'second'", type: 'str' }, 'what it should be')
  t.match(said('debug_step_out'), {
    status: 'stopped',
    stop: { number: 2, frame: { file: 'test_stack.py' } },
  })
  t.match(said('debug_continue'), { status: 'ended', end: { reason: 'exited', exit_code: 1 } })
  t.match(JSON.stringify(said('debug_output')), /AssertionError: 'first' != 'second'/)
  t.match(said('command_run'), { status: 'failed', exit_code: 1 })
  t.match(items.at(-1), { type: 'agent_message', text: "pop(0) takes the first of ['first', 'second']" })

  await until('debugger and MCP server have gone', () => !clone.processes().some(isOfTheRun))
  const down = await clone.task(['down', '--yes'])
  t.equal(down.code, 0, down.stderr)
  t.same(clone.processes(), [])
})

/** What an agent would do that was told only that a test fails. */
function script(repository: string): Step[] {
  const use = (tool: string, input: ToolCall['arguments']) => call(tool, input, 'mcp__debug')
  /** A step that needs the session, which the second tool has made. */
  const onSession =
    (tool: string, input: ToolCall['arguments'] = {}): Step =>
    ([, created]) =>
      use(tool, { session: idIn(created), ...input })
  return [
    use('repository_init', { url: repository, name: 'demo', wait: 30 }),
    use('session_create', { repository: 'demo', wait: 30 }),
    onSession('debug_launch', {
      module: 'unittest',
      arguments: ['test_stack'],
      breakpoints: ['stack.py:12'],
      wait: 30,
    }),
    onSession('debug_stack'),
    onSession('debug_variables'),
    onSession('debug_evaluate', { expression: 'self._items' }),
    onSession('debug_evaluate', { expression: 'self._items[-1]' }),
    onSession('debug_step_out', { wait: 30 }),
    onSession('debug_continue', { wait: 30 }),
    onSession('debug_output'),
    onSession('command_run', { command: 'python3 -m unittest test_stack', wait: 30 }),
    outputs => message(`pop(0) takes the first of ${valueIn(outputs[5])}`),
  ]
}

const runOn = (clone: Clone, model: ScriptedModel): Promise<CodexResult> => {
  if (!codex.found) throw new Error(codex.reason)
  const { api } = JSON.parse(readFileSync(clone.path('.artifacts/run/endpoints.json'), 'utf8'))
  return runCodex({
    program: codex.path,
    model,
    servers: {
      debug: {
        command: process.execPath,
        args: [clone.path('client/cli/bin.mjs'), 'mcp'],
        env: {
          DEBUG_SERVER_URL: api.url,
          DEBUG_SERVER_TOKEN: readFileSync(clone.path('.artifacts/secrets/admin-token'), 'utf8').trim(),
        },
      },
    },
    prompt: 'A test of demo fails: find out why.',
    deadline: 180_000,
  })
}

const isOfTheRun = (process: string): boolean =>
  /bin\.mjs mcp|debug_server_(?:adapter|debuggee)|unittest/.test(process)

/** The model has to go by what the tools say, as an agent has. */
const answer = (output: ToolOutput | undefined): unknown =>
  JSON.parse(output === undefined ? '' : answerIn(output))
const idIn = (output: ToolOutput | undefined) => z.object({ id: z.string() }).parse(answer(output)).id
const valueIn = (output: ToolOutput | undefined) =>
  z.object({ value: z.string() }).parse(answer(output)).value

const parsed = (call: ToolCallItem | undefined): unknown =>
  call === undefined ? undefined : JSON.parse(answerOf(call))
