import t from 'tap'
import { Interruption } from '../../../client/cli/interruption.ts'
import { contract } from '../../../services/contract/contract.ts'
import type { RecordEntry } from '../../../services/contract/debug-record.ts'
import { exampleOutputs } from '../../../services/contract/examples/outputs.ts'
import * as example from '../../../services/contract/examples/things.ts'
import { viewerId } from '../../../services/contract/ids.ts'
import { breakpoint, debugEnded, debugSession, frame, page, stop, variable } from '../samples.ts'
import { type Handlers, Refusal, standIn } from '../stand-in-server.ts'
import { at, cli, type Options } from './rig.ts'

const rig = async (t: { teardown(ends: () => Promise<void>): void }, handlers: Handlers) => {
  const server = await standIn(handlers)
  t.teardown(async () => await server[Symbol.asyncDispose]())
  const type = (line: string, options: Options = {}, ...more: string[]) =>
    cli(['debug', ...line.split(' '), ...more], { environment: at(server.url), ...options })
  return { server, type }
}

t.test('launch tells where it stopped, and which breakpoints it will not stop at', async t => {
  const { server, type } = await rig(t, {
    'debug.launch': () =>
      debugSession({
        breakpoints: [
          breakpoint(),
          breakpoint({ id: 2, line: 99, verified: false, message: 'no such line' }),
        ],
      }),
  })
  const launched = await type(
    'launch @last --python app.py --break app.py:6 --break app.py:99 --env A=b --timeout 1m -- --fast x',
  )
  t.same(launched, {
    code: 0,
    stdout: `dbg_0123456789ab (cmd_0123456789ab)
stopped (breakpoint) in total_of at app.py:6
     6          total += item
breakpoint 2 at app.py:99 is not verified: no such line
`,
    stderr: '',
  })
  t.match(server.received[0]?.input, {
    session: '@last',
    python: 'app.py',
    arguments: ['--fast', 'x'],
    breakpoints: ['app.py:6', 'app.py:99'],
    environment: { A: 'b' },
    timeout: 60,
    wait: 30,
  })
  await type('launch @last --module unittest --stop-on-entry --exceptions never --wait 5s')
  t.match(server.received[1]?.input, {
    module: 'unittest',
    stop_on_entry: true,
    exceptions: 'never',
    arguments: [],
    wait: 5,
  })
  t.same(JSON.parse((await type('launch @last --python app.py --json')).stdout).status, 'stopped')
  await type('launch @last --binary app --function main --break a.c:3')
  t.match(server.received[3]?.input, { breakpoints: ['a.c:3', { kind: 'function', name: 'main' }] })
  t.match(await type('launch @last --binary app --function main --function total'), {
    code: 2,
    stderr: /--function <NAME>' argument 'total' is invalid. It was given before, as "main", and takes one/,
  })
})

t.test('each way to go on tells where that led', async t => {
  const exception = stop({
    reason: 'exception',
    description: 'ValueError',
    text: 'bad \x1b[2J item',
    thread: 2,
    frame: frame({ name: '<module>', line: 12, source: '\traise ValueError(item)' }),
  })
  const { server, type } = await rig(t, {
    'debug.continue': () => debugSession({ stop: exception }),
    'debug.next': () => debugSession({ stop: stop({ reason: 'step', frame: null }) }),
    'debug.step_in': () => debugSession({ status: 'running', stop: null }),
    'debug.step_out': () => debugEnded({ message: 'the program exited with code 3', exit_code: 3 }),
    'debug.pause': () => debugEnded({ reason: 'timed_out', message: 'it took\nlonger', exit_code: 137 }),
  })
  t.equal(
    (await type('continue @last')).stdout,
    'stopped (exception) in <module> at app.py:12, thread 2\n    12      raise ValueError(item)\n  ValueError: bad \\x1b[2J item\n',
  )
  t.equal((await type('next @last')).stdout, 'stopped (step)\n')
  const running = await type('step-in @last')
  t.same([running.code, running.stdout], [0, 'running\n'])
  t.match(running.stderr, /debug pause @last".*debug status @last --wait 30s"\n$/)
  t.same(await type('step-out @last'), {
    code: 0,
    stdout: 'ended (exited): the program exited with code 3\n',
    stderr: 'see what it wrote with "debug-server debug output @last"\n',
  })
  t.equal((await type('pause @last')).stdout, 'ended (timed_out): it took longer; exit code 137\n')
  t.ok(server.received.every(({ input }) => input.wait === 30))
})

t.test('a hint is about the debug session that was named', async t => {
  const { type } = await rig(t, {
    'debug.next': () => debugSession({ status: 'running', stop: null }),
    'debug.status': () => debugEnded({ message: 'the program exited with code 3', exit_code: 3 }),
    'debug.continue': () => debugEnded(),
    'debug.evaluate': () => ({ value: '[1]', truncated: false, type: 'list', reference: 5 }),
  })
  t.match((await type('next @last --debug dbg_0')).stderr, /debug pause @last --debug dbg_0"/)
  t.match((await type('status @last --debug dbg_0')).stderr, /debug output @last --debug dbg_0"\n$/)
  t.match((await type('evaluate @last x --debug dbg_0')).stderr, /@last --debug dbg_0 --reference 5"\n$/)
  t.equal((await type('continue @last')).stderr, '', 'of a program that ended well there is nothing to say')
})

t.test('that the debugger failed is a failure, but not of those who only ask', async t => {
  const failed = debugEnded({ reason: 'launch_failed', message: 'no debugpy: install it', exit_code: null })
  const { type } = await rig(t, {
    'debug.launch': () => failed,
    'debug.continue': () => debugEnded({ reason: 'runner_lost', message: 'its runner went away' }),
    'debug.status': () => failed,
    'debug.terminate': () => failed,
  })
  t.same(await type('launch @last --python app.py'), {
    code: 1,
    stdout: '',
    stderr: 'error: dbg_0123456789ab ended: no debugpy: install it\n',
  })
  const json = await type('launch @last --python app.py --json')
  t.equal(json.code, 1)
  t.equal(JSON.parse(json.stdout).end.reason, 'launch_failed')
  t.match(JSON.parse(json.stderr), { code: 'launch_failed' })
  t.match((await type('continue @last')).stderr, /its runner went away\n {2}launch it again/)
  for (const line of ['status @last', 'stop @last']) {
    const { code, stdout } = await type(line)
    t.equal(code, 0)
    t.match(stdout, 'ended (launch_failed): no debugpy: install it\n')
  }
})

t.test('breakpoints are named without dashes', async t => {
  const { server, type } = await rig(t, {
    'debug.break': ({ remove }) =>
      remove === true
        ? []
        : [breakpoint(), breakpoint({ id: 2, file: 'a b.py', line: 20, verified: false, message: 'empty' })],
  })
  t.equal(
    (await type('break @last app.py:6 lib/b.py:20')).stdout,
    '#  AT         VERIFIED  WHY NOT\n1  app.py:6   yes\n2  a b.py:20  no        empty\n',
  )
  t.same(server.received[0]?.input.breakpoints, ['app.py:6', 'lib/b.py:20'])
  t.equal((await type('break @last app.py:6 --remove')).stdout, 'no breakpoints\n')
  await type('break @last')
  t.same(server.received[2]?.input.breakpoints, [])
  t.match((await type('break @last --remove')).stderr, 'nothing was taken away')
  const wrong = await type('break @last app.py')
  t.equal(wrong.code, 2)
  t.match(wrong.stderr, /FILE:LINE… "app.py": expected FILE:LINE/)
  const hits = await type('break @last app.py:6 --hits x')
  t.equal(hits.code, 2)
  t.match(hits.stderr, /^error: --hits "x": expected N, >=N or %N/)
  const text = await type('break @last --text', {}, `app.py:${'a'.repeat(2_000)}`)
  t.match(text.stderr, /^error: --text "app.py:"a+…": expected at most/)
  t.equal(server.received.length, 4, 'nothing is asked')
})

t.test('what to do next names the session that was named', async t => {
  const { type } = await rig(t, {
    'debug.next': ({ session }) => {
      throw new Refusal(session === '@last' ? 'debuggee_running' : 'session_not_found', 'no')
    },
    'debug.launch': () => {
      throw new Refusal('debug_limit', 'no')
    },
  })
  t.match((await type('next @last')).stderr, 'debug-server debug pause @last"')
  t.match(JSON.parse((await type('next @last --json')).stderr).fix, 'debug-server debug pause @last"')
  t.notMatch((await type('next ses_0000')).stderr, 'ses_0000')
  t.match((await type('launch @last --python app.py')).stderr, 'debug stop SESSION"', 'another one')
})

t.test('variables are a table, and tell how to see more', async t => {
  const { type } = await rig(t, {
    'debug.variables': ({ reference }) =>
      reference === 5
        ? { variables: [variable({ name: '0', value: "'\x1b[31m'", type: 'str' })], total: 1, next: null }
        : {
            variables: [
              variable(),
              variable({ name: 'items', value: '[1, 2', truncated: true, type: 'list', reference: 5 }),
            ],
            total: 300,
            next: 2,
          },
    'debug.scopes': () => [{ name: 'Locals', reference: 2, expensive: false }],
    'debug.evaluate': ({ expression }) =>
      expression === 'items'
        ? { value: '[1, 2', truncated: true, type: 'list', reference: 5 }
        : expression === 'import os'
          ? { value: '', truncated: false, type: null, reference: 0 }
          : { value: '4', truncated: false, type: 'int', reference: 0 },
  })
  const { stdout, stderr } = await type('variables @last')
  t.equal(
    stdout,
    'NAME   TYPE  REFERENCE  VALUE\ntotal  int   -          3\nitems  list  5          [1, 2 …\n',
  )
  t.match(stderr, /debug variables @last --reference 5\nthere are 300; see more with --start 2\n$/)
  t.same(await type('variables @last --reference 5'), {
    code: 0,
    stdout: "NAME  TYPE  VALUE\n0     str   '\\x1b[31m'\n",
    stderr: '',
  })
  t.equal((await type('scopes @last')).stdout, 'NAME    REFERENCE  EXPENSIVE\nLocals  2          no\n')
  t.same(await type('evaluate @last', {}, 'total + 1'), { code: 0, stdout: '4\n', stderr: '' })
  t.same(await type('evaluate @last', {}, 'import os'), { code: 0, stdout: '', stderr: '' })
  t.match((await type('evaluate @last items')).stderr, /first 5 characters\n.*--reference 5"\n$/)
  t.match((await type('evaluate @last -x')).stderr, /if it belongs to the expression, put -- before it/)
})

t.test('stack and threads', async t => {
  const { type } = await rig(t, {
    'debug.stack': () => ({
      thread: 1,
      frames: [frame(), frame({ index: 1, name: '<module>', file: null, line: 0, source: null })],
      total: 40,
      next: 2,
    }),
    'debug.threads': () => ({ threads: [{ id: 1, name: 'MainThread' }], total: 1, next: null }),
    'debug.list': () => page(debugSession(), debugEnded()),
  })
  t.same(await type('stack @last'), {
    code: 0,
    stdout: '#0 total_of app.py:6\n     total += item\n#1 <module> (no source)\n',
    stderr: 'there are 40; see more with --start 2\n',
  })
  t.equal((await type('threads @last')).stdout, 'ID  NAME\n1   MainThread\n')
  const { stdout } = await type('list @last')
  t.match(stdout, /stopped +cmd_\w+ +1m ago +stopped \(breakpoint\) in total_of at app.py:6\n/)
  t.match(stdout, /ended +cmd_\w+ +1m ago +ended \(exited\): the program exited with code 0\n/)
})

t.test('output comes as it was written, each stream to its own', async t => {
  const { type } = await rig(t, {
    'debug.output': ({ stdout }) => ({
      command: debugSession().command,
      chunks:
        stdout === 0
          ? [
              { ...chunk, stream: 'stdout', text: 'out\n', bytes: 4 },
              { ...chunk, stream: 'stderr', base64: Buffer.from('é\x1b').toString('base64'), bytes: 3 },
            ]
          : [],
      messages: stdout === 0 ? [{ ...said, text: 'x is 3\x1b' }] : [],
      next: { stdout: 4, stderr: 3, messages: 90 },
      complete: stdout !== 0,
    }),
  })
  const place = { offset: 0, file: null, line: null }
  const said = { at: example.instant, category: 'stdout', truncated: false, ...place }
  const chunk = { type: 'output', command: debugSession().command, offset: 0 } as const
  t.same(await type('output @last'), {
    code: 0,
    stdout: 'out\ndebugger: x is 3\\x1b\n',
    stderr:
      'é\x1b\nmore, once there is any: debug-server debug output @last --stdout 4 --stderr 3 --messages 90\n',
  })
  t.same(await type('output @last --stdout 4'), { code: 0, stdout: '', stderr: '' })
  const json = JSON.parse((await type('output @last --json')).stdout)
  t.same(contract['debug.output'].output.parse(json), json)
})

t.test('Ctrl+C ends the waiting alone, which is told on a terminal', async t => {
  const asked = Promise.withResolvers<void>()
  const { type } = await rig(t, {
    'debug.continue': () => {
      asked.resolve()
      return undefined
    },
  })
  const ending = new AbortController()
  const waiting = type('continue ses_0', { signal: ending.signal, terminal: 80 })
  await asked.promise
  ending.abort(new Interruption('SIGINT'))
  const { code, stdout, stderr } = await waiting
  t.equal(code, 130)
  t.equal(stdout, '')
  t.match(stderr, 'running, until the next stop')
  t.match(
    stderr,
    /stopped waiting; the debuggee stays as it is\n.*debug status ses_0"\n.*debug stop ses_0"\n$/,
  )
})

t.test('each refusal says what to do', async t => {
  let code: 'debuggee_running' | 'debug_session_not_found' | 'evaluation_failed' | 'debugger_timeout' =
    'debuggee_running'
  const { type } = await rig(t, {
    'debug.evaluate': () => {
      throw new Refusal(code, 'what went wrong')
    },
  })
  for (const [name, exitCode, fix] of [
    ['debuggee_running', 1, 'debug pause'],
    ['debug_session_not_found', 4, 'debug launch'],
    ['debugger_timeout', 1, 'debug stop'],
    ['evaluation_failed', 1, 'error'],
  ] as const) {
    code = name
    const { code: ended, stderr } = await type('evaluate @last x')
    t.equal(ended, exitCode, name)
    t.match(stderr, 'error: what went wrong\n')
    t.match(stderr, fix)
  }
})

t.test('who has the control, and who watches', async t => {
  const { viewer, control } = example
  const maria = { ...viewer, id: viewerId.schema.parse('vwr_1123456789ab'), user: 'maria', client: null }
  let held: typeof control | null = { ...control, asking: [maria] }
  const { server, type } = await rig(t, {
    'debug.control': () => ({ control: held, you: viewer }),
    'debug.viewers': () => [
      { ...viewer, connected: false, asked_at: example.instant, acted_at: example.instant, control: true },
      { ...maria, connected: true, asked_at: null, acted_at: null, control: false },
    ],
    'debug.status': () => debugSession({ control: held }),
  })
  const taken = await type('control @last take --idle 2m')
  t.match(server.received[0]?.input, { session: '@last', action: 'take', idle: 120 })
  t.match(taken, {
    code: 0,
    stdout: /^you have the control, since .+\n {2}asked for by maria \(vwr_1123456789ab\)\n$/,
  })
  t.match(
    (await type('status @last')).stdout,
    /\nalice, debug-server-cli \(vwr_0123456789ab\) has the control\n/,
  )
  held = { ...control, holder: maria }
  t.match((await type('control @last ask --wait 5s')).stdout, /^maria \(vwr_1\w+\) has the control, since/)
  held = null
  t.match((await type('control @last release')).stdout, /^nobody has the control/)
  t.notMatch((await type('status @last')).stdout, 'control')
  const { stdout } = await type('viewers @last')
  t.match(stdout, /^ID +USER +ROLE +TOKEN +CLIENT +CONNECTED +ACTED +CONTROL\n/)
  t.match(stdout, /\nvwr_1123456789ab +maria +owner +laptop +- +yes +- +-\n$/)
  const wrong = await type('control @last grab')
  t.match(wrong, { code: 2, stderr: /grab/ })
})

t.test('the record is told an entry a line', async t => {
  const { recordEntry } = example
  const entry = (n: number, rest: object): RecordEntry => ({ ...recordEntry, n, ...rest }) as RecordEntry
  const entries = [
    recordEntry,
    entry(2, {
      from: 'adapter',
      by: null,
      message: { type: 'response', request_seq: 1, command: 'next', success: true },
    }),
    entry(3, {
      from: 'adapter',
      by: null,
      message: { type: 'event', event: 'stopped', body: { a: '\u001b[2J' } },
    }),
    entry(4, {
      from: 'session',
      by: null,
      message: { type: 'state', event: 'stopped', debug: debugSession(), output: { stdout: 0, stderr: 0 } },
    }),
    entry(5, { from: 'adapter', by: null, cut: 5000, message: { type: 'event', event: 'output' } }),
  ]
  const part = { entries, total: 7, next: 5, dropped: 3, damaged: 1, complete: false }
  const rest = { ...part, entries: [entry(6, {}), entry(7, {})], next: null, dropped: 0, damaged: 0 }
  const { server, type } = await rig(t, {
    'debug.transcript': ({ start }) => (start === 5 ? { ...rest, complete: true } : part),
  })
  const told = await type('transcript @last --limit 5')
  t.match(server.received[0]?.input, { session: '@last', limit: 5 })
  t.equal(told.code, 0)
  t.same(
    told.stdout.split('\n').map(line => line.replace(/\d\d:\d\d:\d\d\.\d{3}/, 'TIME')),
    [
      '3 older entries are not kept any more',
      '    1 TIME → next {"threadId":1} (alice, debug-server-cli)',
      '    2 TIME ← next (to 1) ',
      '    3 TIME ← event stopped {"a":"\\u001b[2J"}',
      '    4 TIME · stopped: stopped (breakpoint) in total_of at app.py:6',
      '    5 TIME ← event output  … 5000 bytes',
      '1 lines of the record cannot be read',
      '',
    ],
  )
  t.match(told.stderr, '--start 5')
  const followed = await type('transcript @last --follow --json')
  t.same(
    followed.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).n),
    [1, 2, 3, 4, 5, 6, 7],
  )
})

t.test('a stop is told again, and what is not known of it', async t => {
  const evaluated = [{ expression: 'total', value: '3', error: null, by: null }]
  const { server, type } = await rig(t, {
    'debug.replay': () => ({ ...exampleOutputs['debug.replay'], evaluated }),
  })
  const told = await type('replay @last --at 1 --frame 2')
  t.match(server.received[0]?.input, { session: '@last', at: 1, frame: 2 })
  t.equal(told.code, 0)
  t.match(told.stdout, /^stop 1 of 1 to 1, at .+, by alice\nstopped \(breakpoint\) in total_of at app.py:6\n/)
  t.match(told.stdout, '\nstack\n#0 total_of app.py:6\n')
  t.match(
    told.stdout,
    /\nvariables\nNAME +TYPE +VALUE\ntotal +int +3\nevaluated\ntotal = 3\noutput by then\n/,
  )
  t.match(told.stdout, /\nnot recorded: the threads: was not asked for at this stop\n$/)
})
