import t from 'tap'
import { exampleOutputs } from '../../../services/contract/examples/outputs.ts'
import { breakpoint, debugSession, variable } from '../samples.ts'
import { type Handlers, standIn } from '../stand-in-server.ts'
import { at, cli } from './rig.ts'

const rig = async (t: { teardown(ends: () => Promise<void>): void }, handlers: Handlers) => {
  const server = await standIn(handlers)
  t.teardown(async () => await server[Symbol.asyncDispose]())
  const type = (...words: string[]) =>
    cli(['session', 'debug', '@last', ...words], { environment: at(server.url) })
  return { server, type }
}

t.test('each action is the operation of that name, and prints what its own command prints', async t => {
  const { server, type } = await rig(t, {
    'debug.launch': () => debugSession(),
    'debug.next': () => debugSession(),
    'debug.terminate': () => debugSession(),
    'debug.evaluate': () => variable({ value: '42' }),
    'debug.break': () => [breakpoint()],
  })
  const launch = [
    '--payload',
    'python=app.py',
    '--payload',
    'breakpoints=app.py:6',
    '--payload',
    'breakpoints=app.py:9',
    '--payload',
    'environment=A=b=c',
    '--payload',
    'stop_on_entry=true',
    '--payload',
    'timeout=1m',
  ]
  const { code, stdout } = await type(...launch)
  t.equal(code, 0)
  t.match(stdout, /^dbg_0123456789ab .*\nstopped \(breakpoint\) in total_of at app.py:6\n/)
  t.equal((await type('--action', 'open', ...launch)).stdout, stdout)
  const asked = {
    python: 'app.py',
    breakpoints: ['app.py:6', 'app.py:9'],
    environment: { A: 'b=c' },
    stop_on_entry: true,
    timeout: 60,
    wait: 30,
  }
  t.match(server.received, [{ input: asked }, { input: asked }])
  t.equal((await type('--action', 'next', '--payload', 'wait=1m')).code, 0)
  t.match(server.received[2], { name: 'debug.next', input: { session: '@last', wait: 60 } })
  for (const stop of ['stop', 'terminate']) t.equal((await type('--action', stop)).code, 0)
  t.match(server.received[4], { name: 'debug.terminate' })
  t.equal(
    (await type('--action', 'evaluate', '--payload', 'expression=a == b', '--payload', 'frame=1')).stdout,
    '42\n',
  )
  t.match(server.received[5]?.input, { expression: 'a == b', frame: 1 })
  await type('--action', 'break', '--payload', 'breakpoints=app.py:6', '--payload', 'if=total > 1')
  t.match(server.received[6]?.input, {
    breakpoints: [{ kind: 'line', at: 'app.py:6', condition: 'total > 1' }],
  })
})

t.test('the exit code and the JSON are those of the command as well', async t => {
  const { type } = await rig(t, {
    'debug.run_to_failure': () => exampleOutputs['debug.run_to_failure'],
    'debug.status': () => debugSession(),
  })
  t.equal((await type('--action', 'run-to-failure', '--payload', 'module=unittest')).code, 1)
  t.equal(JSON.parse((await type('--action', 'status', '--json')).stdout).status, 'stopped')
})

t.test('what is wrong is named, and nothing is asked', async t => {
  const { server, type } = await rig(t, {})
  const cases = [
    [
      ['--action', 'stpe_in'],
      /--action "stpe_in": expected one of open, launch, .*\n {2}did you mean "step_in"/,
    ],
    [
      ['--payload', 'pyton=app.py'],
      /--payload "pyton": no field of debug.launch.*\n {2}did you mean "python"/,
    ],
    [['--payload', 'python'], /--payload "python": expected NAME=VALUE/],
    [['--payload', 'session=ses_x'], /no field/],
    [['--payload', 'stop_on_entry=yes'], /--payload stop_on_entry "yes": expected true or false/],
    [['--payload', 'engine=lldb'], /--payload engine "lldb": .*\n {2}did you mean "lldb-dap"/],
    [[], /--payload python: give what is to run/],
    [['--action', 'evaluate'], /missing --payload expression VALUE/],
    [['--action', 'next', '--payload', 'wait=soon'], /--payload wait "soon": expected a time/],
  ] as const
  for (const [words, said] of cases) {
    const { code, stderr } = await type(...words)
    t.equal(code, 2, stderr)
    t.match(stderr, said)
  }
  t.same(server.received, [])
})
