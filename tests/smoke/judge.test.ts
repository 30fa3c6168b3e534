import t from 'tap'
import { readCodexEvents } from '../../smoke/agents/codex-events.ts'
import { judge as judgeBy } from '../../smoke/stages/judge.ts'
import { beginsWith, listWith, mismatch, type Pattern } from '../../smoke/stages/pattern.ts'
import type { Stage } from '../../smoke/stages/stage.ts'
import { agentStages } from '../../smoke/stages/stages.ts'

t.test('a pattern names what has to fit, and the rest is free', async t => {
  const fits: [Pattern, unknown][] = [
    ['a', 'a'],
    [/^a/, 'ab'],
    [null, null],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: [{ b: 1 }] }, { a: [{ b: 1, c: 2 }] }],
    [{ a: beginsWith({ b: 1 }) }, { a: [{ b: 1, c: 2 }, 'more'] }],
    [[], []],
    [listWith({ first: [1], among: [3], without: [4] }), [1, 2, 3]],
    [{}, {}],
  ]
  for (const [pattern, value] of fits) t.equal(mismatch(pattern, value), undefined, JSON.stringify(value))
  const misfits: [Pattern, unknown, RegExp][] = [
    ['a', 'b', /^it is "b", expected "a"$/],
    [/^a/, 1, /^it is 1, expected \/\^a\/$/],
    [{ a: { b: 1 } }, { a: { b: '1' } }, /^a\.b is "1", expected 1$/],
    [{ a: 1 }, {}, /^a is missing, expected 1$/],
    [{ a: [{ b: 1 }] }, { a: [] }, /^a\.0 is missing/],
    [{}, [], /^it is \[\], expected an object$/],
    [[], {}, /expected a list$/],
    [[], ['anything'], /^it is \["anything"\], expected an empty list$/],
    [[1], [1, 2], /^it is \[1,2\], expected a list of 1$/],
    [{ errors: [] }, { errors: ['x'] }, /^errors is \["x"\], expected an empty list$/],
    [beginsWith(1, 2), [1], /^1 is missing, expected 2$/],
    [beginsWith(), {}, /expected a list$/],
    [{ a: listWith({ among: [1] }) }, { a: [2] }, /^a is \[2\], expected 1 in it$/],
    [listWith({ without: [/^b/] }), ['a', 'b'], /^it is \["a","b"\], expected no \/\^b\/ in it$/],
    [listWith({ first: [1], among: [2] }), [2, 1], /^0 is 2, expected 1$/],
    [{ toString: 1 }, {}, /^toString is missing/],
    ['a', 'x'.repeat(1_000), /^it is "x{199}…, expected/],
  ]
  for (const [pattern, value, why] of misfits) t.match(mismatch(pattern, value), why)
})

const judge = (stage: Stage, transcript: string) => judgeBy(stage, transcript, readCodexEvents)

const stage: Stage = {
  name: 'install',
  describe: '',
  prompt: '',
  calls: [
    { tool: 'install', arguments: {}, accepts: { name: 'smoke' }, answer: { status: 'ok' } },
    { tool: 'smoke_echo', arguments: {}, accepts: {}, answer: 'hello' },
  ],
  forbidden: [{ tool: 'install', arguments: { force: true }, why: 'nothing was there before' }],
  leaves: { present: [], absent: [] },
  closing: () => '',
  says: /hello/,
}

type Call = {
  tool: string
  server?: string
  input?: object
  answer?: unknown
  status?: string
  error?: string
}

const event = (type: string, item: object) => JSON.stringify({ type, item })
const callItem = (
  { tool, server = 'gateway', input = {}, answer, status = 'completed', error }: Call,
  at: number,
) => ({
  ...{ id: `item_${at}`, type: 'mcp_tool_call', server, tool, arguments: input, status },
  result:
    answer === undefined
      ? null
      : { content: [{ type: 'text', text: typeof answer === 'string' ? answer : JSON.stringify(answer) }] },
  error: error === undefined ? null : { message: error },
})
const message = (text: string) => event('item.completed', { id: 'm', type: 'agent_message', text })
const over = '{"type":"turn.completed","usage":{}}'
const begin = ['{"type":"thread.started","thread_id":"t"}', '{"type":"turn.started"}']

const install: Call = { tool: 'install', input: { name: 'smoke' }, answer: { status: 'ok' } }
const echo: Call = { tool: 'smoke_echo', answer: 'hello' }
const transcript = (calls: readonly Call[], ...rest: string[]) =>
  [...begin, ...calls.map((call, at) => event('item.completed', callItem(call, at))), ...rest].join('\n')
const good = transcript([install, echo], message('it says hello'), over)

t.test('who did what was asked for passes, other calls between them or not', async t => {
  t.same(judge(stage, good), { kind: 'passed' })
  const looking: Call = { tool: 'list', answer: {} }
  const failing: Call = { ...install, status: 'failed', answer: 'busy' }
  t.same(judge(stage, transcript([looking, failing, install, looking, echo], message('hello'), over)), {
    kind: 'passed',
  })
  const noting = event('item.completed', { id: 'n', type: 'todo_list', items: [] })
  t.same(judge(stage, transcript([install, echo], noting, message('hello'), over)), { kind: 'passed' })
})

t.test('each way to fool a harness has its reason', async t => {
  const table: [what: string, transcript: string, reason: RegExp][] = [
    ['said nothing at all', '', /the transcript ends before the turn does/],
    ['dies', transcript([install]), /the transcript ends before/],
    [
      'dies of a call that failed',
      transcript([{ ...install, status: 'failed', answer: 'no room' }]),
      /the transcript ends before the turn does; install: it failed: no room/,
    ],
    ['half a line of JSON', `${good.slice(0, -10)}`, /line 6 is no event of Codex: \{"type":"turn/],
    ['a warning among the lines', `warning: x\n${good}`, /line 1 is no event of Codex: warning: x/],
    [
      'the turn fails',
      transcript([install, echo], '{"type":"turn.failed","error":{"message":"quota"}}'),
      /turn failed: quota/,
    ],
    ['did nothing', transcript([], message('hello'), over), /^install was not called$/],
    [
      'stopped halfway',
      transcript([install], message('hello'), over),
      /smoke_echo was not called after install/,
    ],
    [
      'calls that fail',
      transcript([{ ...install, status: 'failed', answer: 'no such server' }, echo], message('hello'), over),
      /^install: it failed: no such server/,
    ],
    [
      'calls that time out',
      transcript(
        [{ ...install, status: 'failed', answer: undefined, error: 'timed out' }, echo],
        message('hello'),
        over,
      ),
      /^install: it failed: timed out/,
    ],
    [
      'an answer that is an error',
      transcript([{ ...install, answer: { status: 'error' } }, echo], message('hello'), over),
      /^install: it answered something else: status is "error"/,
    ],
    [
      'the wrong alias',
      transcript([{ ...install, input: { name: 'other' } }, echo], message('hello'), over),
      /^install: it was called with other arguments: name is "other", expected "smoke"/,
    ],
    [
      'out of order',
      transcript([echo, install], message('hello'), over),
      /smoke_echo was called before install/,
    ],
    [
      'another server',
      transcript([{ ...install, server: 'mine' }, echo], message('hello'), over),
      /called at the server "mine"/,
    ],
    [
      'a shell',
      transcript(
        [install, echo],
        event('item.completed', {
          id: 'c',
          type: 'command_execution',
          command: 'curl x',
          aggregated_output: '',
          exit_code: 0,
          status: 'completed',
        }),
        message('hello'),
        over,
      ),
      /used a shell, which is not allowed: curl x/,
    ],
    [
      'a shell that does not come back',
      transcript(
        [install, echo],
        event('item.started', {
          id: 'c',
          type: 'command_execution',
          command: 'sleep 9',
          status: 'in_progress',
        }),
        message('hello'),
        over,
      ),
      /command_execution was called, and has not come back/,
    ],
    [
      'what nobody knows here',
      transcript(
        [install, echo],
        event('item.completed', { id: 'w', type: 'web_search' }),
        message('hello'),
        over,
      ),
      /none of its tools: web_search/,
    ],
    [
      'what nobody knows here, and does not come back',
      transcript(
        [install, echo],
        event('item.started', { id: 'w', type: 'web_search' }),
        message('hello'),
        over,
      ),
      /none of its tools: web_search/,
    ],
    [
      'an item of another form',
      transcript(
        [install, echo],
        event('item.completed', { id: 'f', type: 'file_change' }),
        message('hello'),
        over,
      ),
      /^line 5 is no item of Codex/,
    ],
    [
      'a turn that fails, and another one that does not',
      transcript(
        [install, echo],
        '{"type":"turn.failed","error":{"message":"quota"}}',
        message('hello'),
        over,
      ),
      /turn failed: quota/,
    ],
    [
      'files',
      transcript(
        [install, echo],
        event('item.completed', { id: 'f', type: 'file_change', status: 'completed' }),
        message('hello'),
        over,
      ),
      /changed files/,
    ],
    [
      'an error of the agent',
      transcript(
        [install, echo],
        event('item.completed', { id: 'e', type: 'error', message: 'no tools' }),
        message('hello'),
        over,
      ),
      /told of an error: no tools/,
    ],
    [
      'an error of its whole program, though its turn came to an end',
      transcript([install, echo], '{"type":"error","message":"Reconnecting... 1/5"}', message('hello'), over),
      /^the agent told of an error: Reconnecting\.\.\. 1\/5$/,
    ],
    [
      'an error before it dies',
      transcript([install], '{"type":"error","message":"no model"}'),
      /^the agent told of an error: no model; smoke_echo was not called after install$/,
    ],
    [
      'an error that ends the turn',
      transcript(
        [install, echo],
        '{"type":"error","message":"quota"}',
        '{"type":"turn.failed","error":{"message":"quota"}}',
      ),
      /^the turn failed: quota$/,
    ],
    [
      'a call that hangs',
      transcript(
        [install, echo],
        event('item.started', callItem({ tool: 'slow', status: 'in_progress' }, 9)),
        message('hello'),
        over,
      ),
      /slow was called, and has not come back/,
    ],
    [
      'what is forbidden',
      transcript([{ ...install, input: { name: 'smoke', force: true } }, echo], message('hello'), over),
      /install was called with .*: nothing was there before/,
    ],
    [
      'a wrong conclusion',
      transcript([install, echo], message('it says nothing'), over),
      /does not fit \/hello\/: "it says nothing"/,
    ],
    ['silence in the end', transcript([install, echo], over), /said nothing in the end/],
  ]
  for (const [what, text, reason] of table) {
    const verdict = judge(stage, text)
    t.equal(verdict.kind, 'failed', what)
    if (verdict.kind === 'failed') t.match(verdict.reason, reason, what)
  }
})

t.test(
  'the stages of this repository are passed by who follows their script, and by nobody who leaves out a call',
  async t => {
    const stages = agentStages.stages({ run: '1a2b3c4d', clone: '/c', client: '/r', node: '/n' })
    t.same(
      stages.map(({ name }) => name),
      ['bundle-tools', 'install', 'use', 'remove', 'debug'],
    )
    for (const one of stages) {
      const ideal = idealAnswers[one.name] ?? []
      const calls = one.calls.map(
        ({ tool, arguments: given }, at): Call => ({
          ...{ tool, answer: ideal[at] },
          input: typeof given === 'function' ? given(ideal) : given,
        }),
      )
      const closing = message(one.closing(ideal))
      t.same(judge(one, transcript(calls, closing, over)), { kind: 'passed' }, one.name)
      for (const at of calls.keys())
        t.match(
          judge(one, transcript(calls.toSpliced(at, 1), closing, over)),
          { kind: 'failed' },
          `${one.name} ${at}`,
        )
    }
  },
)

t.test('a server that is still there, or an error beside an "ok", is no success', async t => {
  const stages = agentStages.stages({ run: '1a2b3c4d', clone: '/c', client: '/r', node: '/n' })
  const table: [name: string, answers: readonly unknown[], reason: RegExp][] = [
    [
      'remove',
      [managed({}), managed({ installed: [...bundle, 'smoke-other', target] })],
      /installed is \[.*"smoke-1a2b3c"\], expected no "smoke-1a2b3c" in it/,
    ],
    [
      'install',
      [{ ...managed({}), errors: ['half'] }, managed({ installed: [...bundle, target] })],
      /errors is \["half"\]/,
    ],
    [
      'bundle-tools',
      ['# Debug Server\n', 'config/mcp.toml:1:manage_servers', managed({ installed: [] })],
      /installed\.0 is missing/,
    ],
  ]
  for (const [name, answers, reason] of table) {
    const one = stages.find(stage => stage.name === name)
    const calls = (one?.calls ?? []).map(
      ({ tool, arguments: input }, at): Call => ({ tool, answer: answers[at], input }),
    )
    t.match(
      one && judge(one, transcript(calls, message('It is gone, it is installed, in mcp.toml'), over)),
      { reason },
      name,
    )
  }
})

const bundle = ['workspace_fs', 'grep']
const target = 'smoke-1a2b3c'
const managed = (details: object) => ({
  status: 'ok',
  details: { target, dry_run: false, ...details },
  errors: [],
})
const idealAnswers: Readonly<Record<string, readonly unknown[]>> = {
  'bundle-tools': [
    '# Debug Server\n\nOne command',
    'config/mcp.toml:30:name = "manage_servers"',
    managed({ installed: bundle }),
  ],
  // Between them what a run that was cut off has left.
  install: [managed({}), managed({ installed: [...bundle, 'smoke-other', target] })],
  use: ['the gateway has started it'],
  remove: [managed({}), managed({ installed: [...bundle, 'smoke-other'] })],
  debug: [
    { name: 'smoke-agent' },
    { id: 'ses_0123456789ab', repository: 'smoke-agent' },
    {
      outcome: 'exception',
      exception: { type: 'ZeroDivisionError' },
      frames: [{ file: 'average.py', line: 2 }],
    },
    {},
  ],
}
