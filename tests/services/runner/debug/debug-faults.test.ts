import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../../../lib/processes/identity.ts'
import type { Frame } from '../../../../services/contract/debug-resources.ts'
import { requestCancel } from '../../../../services/store/commands.ts'
import { moveSession } from '../../../../services/store/session-transitions.ts'
import { until } from '../../../until.ts'
import { runnerRig } from '../rig.ts'
import { adapterOf, pidOf } from './debug-processes.ts'
import { DebugClient, debugging, debugRig, noDebugpy } from './debug-rig.ts'

const tree = {
  'app.py': 'def f(x):\n    y = x + 1\n    return y\n\nfor i in range(1000):\n    f(i)\nprint("dangerous")\n',
  'sleeps.py': 'import time\nprint("up", flush=True)\ntime.sleep(600)\n',
  'deep.py':
    'def down(n):\n    return n if n == 0 else down(n - 1)\nimport sys\nsys.setrecursionlimit(3000)\ndown(1500)\n',
  'big.py': `class Tricky:
    def __repr__(self):
        raise RuntimeError("no")
numbers = list(range(250))
text = "\\U0001f600" * 5000
tricky = Tricky()
done = 1
`,
  'venv/readme': '',
}

t.setTimeout(240_000)

t.test('what goes wrong before a program runs', { skip: noDebugpy }, async t => {
  const { rig, run, refusal } = await debugRig(t, tree)
  const cases: [name: string, options: Parameters<typeof run>[0], message: RegExp, reason: string][] = [
    [
      'no such program',
      { file: 'ap.py' },
      /^ap\.py: there is no such file; did you mean "app\.py"\?$/,
      'executable_not_found',
    ],
    [
      'none in a directory',
      { file: 'venv/read' },
      /^venv\/read: there is no such file; did you mean "venv\/readme"\?$/,
      'executable_not_found',
    ],
    ['no such directory', { directory: 'gone' }, /^gone: there is no such directory/, 'directory_not_found'],
    [
      'no such interpreter',
      { interpreter: 'python9' },
      /^python9: no such program on PATH$/,
      'executable_not_found',
    ],
    ['one that may not be run', { interpreter: './app.py' }, /may not be executed/, 'not_executable'],
    [
      'more variables than a program may have',
      { environment: { A: 'é'.repeat(70_000) } },
      /^its debugger cannot be started: spawn E2BIG$/,
      'spawn_failed',
    ],
  ]
  for (const [name, options, message, reason] of cases)
    await t.test(name, async t => {
      const debug = await run(options)
      t.match(debug.at, { status: 'ended', end: { reason: 'launch_failed', exit_code: null } })
      t.match(debug.at.end?.message, message)
      const row = await rig.ended(debug.command)
      t.match(row, { status: 'failed', failure_json: new RegExp(reason) })
      t.match(rig.stderr(row), /^debug-server: /, 'it stands in the log as well')
      t.match(await refusal(debug, 'debug.continue'), { code: 'debug_session_ended' })
    })

  await t.test('an interpreter that is none ends like any program', async t => {
    const debug = await run({ interpreter: '/bin/false' })
    t.match(debug.at, { end: { reason: 'exited', exit_code: 1 } })
  })
})

t.test('without debugpy it is said what to install', async t => {
  const { run } = await debugRig(t, { 'app.py': '' }, { debuggers: { pythons: ['/bin/false', 'no-python'] } })
  const debug = await run({ interpreter: '/bin/true' })
  t.match(debug.at, { status: 'ended', end: { reason: 'launch_failed' } })
  t.equal(
    debug.at.end?.message,
    "no Python here has debugpy (looked at /bin/true, /bin/false); apt-get install python3-debugpy, or pip install debugpy in the session's environment",
  )
})

t.test(
  "what is set for the debuggee's Python keeps no other from debugging it",
  { skip: noDebugpy },
  async t => {
    const { run, state } = await debugRig(
      t,
      {
        'app.py': 'x = 1\n',
        'own.sh': '#!/bin/sh\n[ "$1" = -c ] && exit 1\nunset PYTHONHOME\nexec python3 "$@"\n',
        'other.sh': `#!/bin/sh
[ -z "$PYTHONHOME" ] || exit 1
for python in python3 /usr/bin/python3; do
  $python -c 'import debugpy' && exec $python "$@"
done
`,
      },
      { debuggers: { pythons: ['./other.sh'] } },
    )
    const environment = { PYTHONHOME: '/nowhere' }
    const debug = await run({ interpreter: './own.sh', breakpoints: ['app.py:1'], environment })
    t.match(debug.at, { status: 'stopped' })
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
  },
)

t.test('a debuggee whose debugger fails ends, with the reason', { skip: noDebugpy }, async t => {
  const of = await debugRig(t, tree)
  const { rig, session, run, launch, state, refusal, evaluate } = of

  await t.test('the adapter is killed', async t => {
    const debug = await run({ breakpoints: ['app.py:2'] })
    const pid = Number((await evaluate(debug, '__import__("os").getpid()')).value)
    const debuggee = identify(pid)
    const waiting = state(debug, 'debug.status', { wait: 0 })
    await waiting
    process.kill(adapterOf(session.id), 'SIGKILL')
    const row = await rig.ended(debug.command)
    t.match(row, { status: 'failed', failure_json: /debugger_failed/ })
    t.match(await state(debug, 'debug.status'), {
      end: { reason: 'adapter_failed', message: /^the debug adapter went away: it has ended with SIGKILL/ },
    })
    t.notOk(debuggee !== undefined && isAlive(debuggee))
    t.notMatch(rig.stdout(row), /dangerous/, 'it has not run on')
  })

  await t.test('the adapter hangs', async t => {
    const debug = await run({ breakpoints: ['app.py:2'] })
    const adapter = adapterOf(session.id)
    process.kill(adapter, 'SIGSTOP')
    const began = performance.now()
    const asked = [
      refusal(debug, 'debug.evaluate', { expression: '1', timeout: 0.5 }),
      refusal(debug, 'debug.threads'),
    ]
    t.match(await asked[0], { code: 'debugger_timeout', detail: /the debug adapter does not answer/ })
    t.match(await asked[1], { code: 'debug_session_ended' })
    t.match(await state(debug, 'debug.status'), {
      end: { reason: 'adapter_failed', message: 'the debug adapter does not answer' },
    })
    t.ok(performance.now() - began < 20_000)
    await until('the adapter to be gone', () => identify(adapter) === undefined)
  })

  await t.test('it is cancelled, is stopped by its time limit, or by its session', async t => {
    const timed = await run({ breakpoints: ['app.py:2'], timeout: 6 })
    t.match(timed.at, { status: 'stopped' })
    await rig.ended(timed.command)
    t.match(await state(timed, 'debug.status'), {
      end: { reason: 'timed_out', message: 'it took longer than 6 s' },
    })

    const cancelled = await run({ breakpoints: ['app.py:2'] })
    await requestCancel(rig.store, cancelled.command, rig.now())
    rig.wake()
    await rig.ended(cancelled.command)
    t.match(await state(cancelled, 'debug.status'), { end: { reason: 'cancelled' } })

    const early = await launch({ file: 'app.py' })
    t.match(await state(early, 'debug.terminate'), {
      status: 'ended',
      end: { reason: /^(?:cancelled|terminated)$/ },
    })
  })

  await t.test('an expression that never ends is told, and the debuggee can be ended', async t => {
    const debug = await run({ breakpoints: ['app.py:2'] })
    t.match(await refusal(debug, 'debug.evaluate', { expression: 'while True: pass', timeout: 0.5 }), {
      code: 'debugger_timeout',
      detail:
        /no result after 0\.5 s; the expression is still running in the debuggee, and debug\.terminate ends it/,
    })
    const began = performance.now()
    for (const [operation, input] of [
      ['debug.variables', {}],
      ['debug.evaluate', { expression: '1' }],
      ['debug.next', {}],
      ['debug.continue', {}],
    ] as const)
      t.match(await refusal(debug, operation, input), {
        code: 'debugger_timeout',
        detail: 'thread 1 is still evaluating "while True: pass"; debug.terminate ends it',
      })
    t.ok(performance.now() - began < 9_000, 'what would wait for it is refused at once')
    t.match(await of.answer(debug, 'debug.threads'), { total: 1 }, 'what does not need it is answered')
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
  })

  await t.test('one that ends late keeps nobody waiting any more', async t => {
    const debug = await run({ breakpoints: ['app.py:2'] })
    const opened = join(rig.files.worktree(session.id), 'open')
    const expression = 'import os, time\nwhile not os.path.exists("open"): time.sleep(0.01)'
    t.match(await refusal(debug, 'debug.evaluate', { expression, timeout: 0.3 }), {
      code: 'debugger_timeout',
    })
    t.match(await refusal(debug, 'debug.variables'), { code: 'debugger_timeout' })
    writeFileSync(opened, '')
    await until('its answer', async () => (await refusal(debug, 'debug.variables')).code === 'answered')
    t.match(await state(debug, 'debug.next'), { stop: { frame: { line: 3 } } })
    await state(debug, 'debug.terminate')
  })

  await t.test('one that lets no other thread run is told as well, and ends nothing', async t => {
    const debug = await run({ breakpoints: ['app.py:2'] })
    const expression = '__import__("re").match(r"(a+)+$", "a" * 50 + "b")'
    t.match(await refusal(debug, 'debug.evaluate', { expression, timeout: 0.5 }), {
      code: 'debugger_timeout',
      detail: /the expression is still running in the debuggee/,
    })
    t.match(await state(debug, 'debug.status', { wait: 0 }), { status: 'stopped' })
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
  })

  await t.test('two clients', async t => {
    const debug = await run({ breakpoints: ['app.py:2'] })
    const other = await DebugClient.connect(rig.socket)
    t.teardown(() => other.close())
    const second = debugging(rig, session, other)
    t.same(await second.state(debug, 'debug.status'), debug.at)
    const race = [
      await Promise.all([
        of.client.ask(debug.id, 'debug.next', { wait: 20 }),
        other.ask(debug.id, 'debug.next', { wait: 20 }),
      ]),
    ].flat()
    t.equal(race.filter(({ ok }) => ok).length, 1)
    t.match(
      race.find(({ ok }) => !ok),
      { code: 'control_held', detail: /^alice .* is acting since/ },
      'told who does',
    )
    const now = await state(debug, 'debug.status')
    t.match(now, { stop: { number: 2, frame: { line: 3 } } })
    await until('both to have heard of it', () =>
      [of.client, other].every(({ events }) =>
        events.some(({ event, debug: { stop } }) => event === 'stopped' && stop?.number === 2),
      ),
    )
    await second.answer(debug, 'debug.control', { action: 'take' })
    await second.state(debug, 'debug.terminate')
    t.match(await state(debug, 'debug.status'), { end: { reason: 'terminated' } })
  })

  await t.test('more questions than may wait are refused', async t => {
    const debug = await run({ file: 'sleeps.py', breakpoints: ['sleeps.py:3'] })
    await state(debug, 'debug.continue', { wait: 0 })
    const asked = Array.from({ length: 70 }, () => refusal(debug, 'debug.pause', { wait: 1 }))
    const codes = (await Promise.all(asked)).map(({ code }) => code)
    t.equal(codes.filter(code => code === 'too_many_calls').length, 6)
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
  })

  await t.test('the stop of its session ends it, and nothing is left', async t => {
    const debug = await run({ breakpoints: ['app.py:2'] })
    const adapter = adapterOf(session.id)
    await moveSession(rig.store, session.id, 'stopping', { now: rig.now() })
    rig.wake()
    await rig.ended(debug.command)
    t.match(await state(debug, 'debug.status'), { end: { reason: 'session_stopped' } })
    await until('the adapter to be gone', () => identify(adapter) === undefined)
    t.equal(pidOf(session.id), undefined)
  })
})

t.test('what is large comes in pages', { skip: noDebugpy }, async t => {
  const { run, variables, evaluate, refusal, stack, state } = await debugRig(t, tree)
  const debug = await run({ file: 'big.py', breakpoints: ['big.py:7'] })
  const { variables: all } = await variables(debug)
  const named = (name: string) => all.find(variable => variable.name === name)
  t.match(named('text'), { truncated: true, type: 'str' })
  t.ok(named('text')?.value.isWellFormed())
  t.equal(named('text')?.value.length, 1_999, 'a quote, and as many pairs as fit')
  t.match(named('tricky')?.value, /Tricky object/, 'what cannot write itself is told')
  const reference = named('numbers')?.reference
  const first = await variables(debug, { reference, limit: 50 })
  t.equal(first.variables.length, 50)
  t.equal(first.next, 50)
  const rest = await variables(debug, { reference, start: 50, limit: 1_000 })
  t.equal(rest.next, null)
  t.equal(rest.variables.length + 50, rest.total)
  t.match(await evaluate(debug, 'numbers'), { type: 'list' })
  t.match(await refusal(debug, 'debug.variables', { reference: 4_711 }), {
    code: 'debugger_refused',
    detail: /reference 4711 is of no variable at this stop/,
  })
  t.match(await refusal(debug, 'debug.variables', { frame: 5 }), {
    code: 'debugger_refused',
    detail: /there is no frame 5: thread 1 has 1/,
  })
  t.match(await refusal(debug, 'debug.variables', { scope: 'Registers' }), {
    detail: /there is no scope Registers; there are Locals, Globals/,
  })
  await state(debug, 'debug.terminate')

  const deep = await run({ file: 'deep.py', exceptions: 'never', breakpoints: ['deep.py:2'] })
  for (let i = 0; i < 3; i++) await state(deep, 'debug.continue')
  const page = await stack(deep, { start: 1, limit: 2 })
  t.match(page, {
    frames: [{ index: 1, name: 'down' }, { index: 2 }] satisfies Partial<Frame>[],
    total: 5,
    next: 3,
  })
  t.match(await refusal(debug, 'debug.variables', { reference }), { code: 'debug_session_ended' })
  await state(deep, 'debug.terminate')
})

t.test('a secret that a debugger says as it fails is told to nobody', async t => {
  const rig = await runnerRig(t)
  const secret = 'hunter2-hunter2'
  const session = await rig.session(await rig.repository(tree), { secrets: { TOKEN: secret } })
  const client = await DebugClient.connect(rig.socket)
  t.teardown(() => client.close())
  const { run } = debugging(rig, session, client)
  const answer = '{"package": "/nowhere", "version": "3.11.0", "path": []}'
  const adapter = `echo "$PWD/x.py: no token: $TOKEN" >&2\n sleep 1\n exit 3`
  const python = join(rig.files.worktree(session.id), 'python')
  writeFileSync(python, `#!/bin/sh\nif [ "$1" = -c ]; then echo '${answer}'\nelse ${adapter}\nfi\n`, {
    mode: 0o755,
  })
  const { at, command } = await run({ interpreter: './python' })
  t.match(at, { status: 'ended', end: { reason: 'adapter_failed', message: /\nx\.py: no token: \*{15}$/ } })
  t.notMatch(JSON.stringify(await rig.ended(command)), secret)
})
