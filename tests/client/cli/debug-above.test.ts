import t from 'tap'
import type { StopDiff } from '../../../services/contract/debug-diff.ts'
import { failureReport, probe, record, stopDiff } from '../../../services/contract/examples/things.ts'
import { debugSessionId } from '../../../services/contract/ids.ts'
import { type Handlers, standIn } from '../stand-in-server.ts'
import { at, cli } from './rig.ts'

const rig = async (t: { teardown(ends: () => Promise<void>): void }, handlers: Handlers) => {
  const server = await standIn(handlers)
  t.teardown(async () => await server[Symbol.asyncDispose]())
  return {
    server,
    type: (line: string) => cli(['debug', ...line.split(' ')], { environment: at(server.url) }),
  }
}

t.test('run-to-failure tells what failed, where, with which values, and ends with 1', async t => {
  const [frame] = failureReport.frames
  if (frame === undefined) throw new Error('it has a frame')
  const { server, type } = await rig(t, {
    'debug.run_to_failure': () => ({
      ...failureReport,
      ...{ kept: true, parent: debugSessionId.schema.parse('dbg_0123456789ab'), process: 71 },
      frames: [
        frame,
        {
          ...frame,
          ...{ index: 3, name: 'run\x1b[2J', line: 20, folded: 2, source: [] },
          variables: [
            {
              ...{ name: 'item', value: '<Item at 0x1>', truncated: true, type: 'Item', named: false },
              parts: [{ name: 'price', value: '2' }],
            },
          ],
        },
      ],
      threads: [{ id: 2, name: 'waiter', at: 'wait app.py:3' }],
      children: [
        { pid: 7, command: 'sleep 9', debug: null, at: null },
        { pid: 8, command: 'python3 w.py', debug: failureReport.debug, at: 'work\x1b[2J w.py:9' },
      ],
    }),
  })
  const { code, stdout, stderr } = await type(
    'run-to-failure @last --module unittest --wait 10s --keep -- -v test_app',
  )
  t.equal(code, 1)
  t.equal(
    stdout,
    `assertion: AssertionError: 3 != 4
in process 71 (${failureReport.debug}), which dbg_0123456789ab has started
#0 test_total test_app.py:8
>    8          self.assertEqual(total, 4)
      total = 3 (int)
   2 frames of libraries
#3 run\\x1b[2J test_app.py:20
      item = <Item at 0x1> … with price=2 (Item)
thread 2 waiter: wait app.py:3
child 7: sleep 9
child 8: python3 w.py (${failureReport.debug}, at work\\x1b[2J w.py:9)
stdout:
  adding apples
stdout of the test:
  two of them
log of the test:
  WARNING  app:app.py:4 no price
left out: 9 outer frames: debug.stack
`,
  )
  t.match(
    stderr,
    /debug variables @last --debug dbg_0123456789ab", run on with .*run-to-failure @last --debug dbg_/,
  )
  t.match(server.received[0]?.input, {
    module: 'unittest',
    arguments: ['-v', 'test_app'],
    wait: 10,
    keep: true,
  })
})

t.test('each outcome has its headline, and only one that passed ends with 0', async t => {
  const none = {
    ...failureReport,
    frames: [],
    left_out: [],
    output: { stdout: '', stderr: '' },
    captured: null,
    exception: null,
  }
  const end = { reason: 'launch_failed', message: 'no debugpy', exit_code: null } as const
  for (const [report, line, code] of [
    [{ ...none, outcome: 'passed', exit_code: 0 }, 'passed: it ended with code 0', 0],
    [{ ...none, outcome: 'exit', exit_code: 3 }, 'exit: code 3', 1],
    [{ ...none, outcome: 'signal', signal: 'SIGSEGV' }, 'signal: SIGSEGV', 1],
    [{ ...none, outcome: 'assertion', signal: 'SIGABRT' }, 'assertion: SIGABRT', 1],
    [{ ...none, outcome: 'timeout' }, 'timeout: it has not failed or ended in time', 1],
    [{ ...none, outcome: 'ended', end }, 'ended (launch_failed): no debugpy', 1],
  ] as const) {
    const { type } = await rig(t, { 'debug.run_to_failure': () => report })
    t.same(await type('run-to-failure @last --python app.py'), { code, stdout: `${line}\n`, stderr: '' })
  }
})

t.test('what is recorded is told a line each, calls as they lie within each other', async t => {
  const value = { kind: 'values', line: 6, expression: 'total', changes: true } as const
  const probes = [probe, { ...probe, ...value, id: 2, verified: false, message: 'no code' }] as const
  const { server, type } = await rig(t, {
    'debug.trace': () => [...probes],
    'debug.recorded': () => ({
      probes: [...probes],
      records: [
        { ...record, depth: 1 },
        { ...record, number: 2, ended: 'raised', result: null },
        { ...record, number: 3, ended: 'open', result: null, duration: null },
        { kind: 'value', number: 4, probe: 2, at: record.at, value: '\x1b[2J' },
      ],
      ...{ next: 4, lost: 7, more: true },
    }),
  })
  t.equal(
    (await type('trace @last app.py:total_of')).stdout,
    `#  WHAT                      HITS  VERIFIED  WHY NOT
1  calls of app.py:total_of  1     yes
2  total at app.py:6, changes  1     no        no code
`
      .replace('app.py:total_of  1', 'app.py:total_of    1')
      .replace('WHAT                      HITS', 'WHAT                        HITS'),
  )
  t.same(server.received[0]?.input.functions, ['app.py:total_of'])
  const { stdout, stderr } = await type('recorded @last --from 0')
  t.equal(
    stdout,
    `1    total_of(items=[1, 2]) = 3  0.012 ms
2  total_of(items=[1, 2]) raised  0.012 ms
3  total_of(items=[1, 2]) has not returned
4  total at app.py:6, changes = \\x1b[2J
7 are not kept any more
`,
  )
  t.match(stderr, /see more with "debug-server debug recorded @last --from 4"/)
})

t.test('what changed between two stops is told a line each', async t => {
  const change = { kind: 'changed', before: '1', after: '2', type: null } as const
  const left = { name: 'add', file: null, line: 8, depth: 2 }
  const diff: StopDiff = {
    ...stopDiff,
    frames: [
      {
        ...{ name: 'f', file: 'app.py', depth: 1, from: 5, to: 6 },
        variables: [
          { ...change, name: 'cart', after: '1', parts: [{ ...change, name: 'total' }] },
          { ...change, name: 'new', kind: 'added', before: null, after: '\x1b[2J', parts: [] },
          { ...change, name: 'old', kind: 'gone', after: null, parts: [] },
        ],
      },
    ],
    stack: { entered: [{ ...left, name: 'main', file: 'app.py' }], left: [left], same: 1 },
    left_out: ['2 changes in f: debug.variables'],
  }
  const { server, type } = await rig(t, { 'debug.diff': () => diff })
  t.equal(
    (await type('diff @last --from 1 --to 2')).stdout,
    `from stop 1 (breakpoint) in total_of at app.py:6
to stop 2 (step) in total_of at app.py:5
- frame add (no source)
+ frame main app.py:8
f app.py:6 (was at line 5)
  ~ cart
      ~ total = 1 -> 2
  + new = \\x1b[2J
  - old = 1
left out: 2 changes in f: debug.variables
`,
  )
  t.match(server.received[0]?.input, { from: 1, to: 2 })
})
