import t from 'tap'
import { until } from '../until.ts'
import { makeClone } from './clone.ts'

t.setTimeout(280_000)

/** A command that ignores SIGTERM's wish for a while is not needed here: it starts a daemon with a session of its own. */
const line = 'setsid sleep 1000 & echo started; sleep 1000'

/** One for all, so that what it compiles at first serves them all. Each test finds it down. */
const clone = makeClone(t)
t.afterEach(async () => void (await clone.task(['down', '--yes'])))

/** Has it up, and a command running in a session of its own; returns the command's id. */
async function runningCommand(): Promise<string> {
  const steps = [
    await clone.task(['up']),
    await clone.debugServer(['repository', 'add', '.', '--name', 'demo']),
    await clone.debugServer(['session', 'create', '--repository', 'demo']),
  ]
  const run = await clone.debugServer(['command', 'run', '@last', '--shell', line])
  for (const { code, stderr } of [...steps, run]) if (code !== 0) throw new Error(stderr)
  const command = run.stdout.trim()
  const logs = async () => (await clone.debugServer(['session', 'logs', '@last'])).stdout
  await until('the command runs', async () => (await logs()).includes('started'))
  return command
}

const statusOf = async (command: string) =>
  JSON.parse((await clone.debugServer(['command', 'get', command, '--json'])).stdout)

t.test('down names a running command and ends nothing, until it is told to', async t => {
  const command = await runningCommand()
  const refused = await clone.task(['down'])
  t.equal(refused.code, 1)
  t.match(refused.stderr, new RegExp(`${command} in ses_\\w+: setsid sleep 1000`))
  t.match(refused.stderr, /npx task down --yes/)
  t.equal((await statusOf(command)).status, 'running', 'it goes on')

  const down = await clone.task(['down', '--yes'])
  t.equal(down.code, 0, down.stderr)
  t.match(down.stdout, /1 session\(s\) stopped/)
  t.same(clone.processes(), [], 'the daemon that the command started is gone, too')

  t.equal((await clone.task(['up'])).code, 0)
  t.match(await statusOf(command), { status: 'cancelled', failure: { reason: 'session_stopped' } })
})

t.test('down ends the commands of a runner that was killed', async t => {
  const command = await runningCommand()
  const daemon = clone.processes().find(process => process.includes('PM2'))
  const runner = clone.processes().find(process => process.includes('services/runner/main.ts'))
  for (const process_ of [daemon, runner]) process.kill(Number.parseInt(process_ ?? '', 10), 'SIGKILL')
  const down = await clone.task(['down', '--yes'])
  t.equal(down.code, 0, down.stderr)
  t.same(clone.processes(), [])

  t.equal((await clone.task(['up'])).code, 0)
  const after = await statusOf(command)
  t.match(after.status, /^(cancelled|failed)$/, 'its end is known, for its wrapper wrote it down')
  t.equal(after.exit_code, 143)
})

t.test('a restarted runner takes up the command that goes on meanwhile', async t => {
  const command = await runningCommand()
  const wrapper = () => clone.processes().filter(process => process.includes('sleep 1000'))
  const before = wrapper()
  t.ok(before.length > 0)
  t.equal((await clone.task(['restart', 'runner'])).code, 0)
  t.same(wrapper(), before, 'its processes are the same')
  t.equal((await statusOf(command)).status, 'running')
  const cancelled = await clone.debugServer(['command', 'cancel', command])
  t.equal(cancelled.code, 0, cancelled.stderr)
  await until('its processes are gone', () => wrapper().length === 0)
  t.match(await statusOf(command), { status: 'cancelled', exit_code: 143 })
})
