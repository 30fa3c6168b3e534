import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { until } from '../until.ts'
import { makeClone } from './clone.ts'

t.setTimeout(280_000)

/** One for all, so that what it compiles at first serves them all. Each test finds it down, with its sources as they were. */
const clone = makeClone(t)
t.afterEach(async () => {
  await clone.task(['down', '--yes'])
  clone.git('checkout', '--quiet', '.')
})

t.test('two ups at once, the first there are, bring up one set', async t => {
  const results = await Promise.all([clone.task(['up']), clone.task(['up'])])
  t.same(
    results.map(({ code }) => code),
    [0, 0],
  )
  t.equal(clone.processes().length, 4)
})

t.test('up, again, status, restart, logs, down', async t => {
  const up = await clone.task(['up'])
  t.equal(up.code, 0, up.stderr)
  t.match(up.stdout, /Debug Server is up/)
  t.match(up.stdout, /npx debug-server session create/)
  t.match(up.stdout, /sessions use the host's python3; npx task bootstrap makes an environment/)
  t.equal(clone.git('status', '--porcelain'), '', 'the clone stays clean')
  t.equal(statSync(clone.path('.artifacts/secrets/admin-token')).mode & 0o777, 0o600)

  const before = clone.processes()
  const again = await clone.task(['up'])
  t.equal(again.code, 0)
  t.match(again.stdout, /already up/)
  t.notOk(existsSync(clone.path('.artifacts/environments')), 'up makes no environment')
  t.same(clone.processes(), before, 'not one process more, and none replaced')

  const status = await clone.task(['status', '--json'])
  t.equal(status.code, 0, status.stderr)
  const services = JSON.parse(status.stdout)
  t.match(services, [
    { service: 'runner', state: 'ready' },
    { service: 'api', state: 'ready' },
    { service: 'proxy', state: 'ready' },
  ])

  const restart = await clone.task(['restart', 'api'])
  t.equal(restart.code, 0, restart.stderr)
  const after = JSON.parse((await clone.task(['status', '--json'])).stdout)
  t.not(after[1].pid, services[1].pid, 'another process')
  t.equal(after[1].address, services[1].address, 'at the same address')
  t.equal(after[0].pid, services[0].pid, 'the others stay')

  const logs = await clone.task(['logs', 'api', '--lines', '1'])
  t.equal(logs.stdout.trim().split('\n').length, 1)
  t.equal(JSON.parse(logs.stdout).name, 'api')

  const down = await clone.task(['down'])
  t.equal(down.code, 0, down.stderr)
  t.same(clone.processes(), [], 'nothing is left, PM2 included')
  t.equal((await clone.task(['status'])).code, 1)
  t.match((await clone.task(['down'])).stdout, /was not up/)
})

t.test("PM2's daemon is killed: the next up replaces the services, the next down ends them", async t => {
  t.equal((await clone.task(['up'])).code, 0)
  const pidOfDaemon = () => Number(readFileSync(clone.path('.artifacts/pm2/pm2.pid'), 'utf8'))
  process.kill(pidOfDaemon(), 'SIGKILL')
  await until('the daemon is gone', () => clone.processes().length === 3)
  const up = await clone.task(['up'])
  t.equal(up.code, 0, up.stderr)
  t.match(up.stdout, /ended runner .*which an earlier PM2 had left/)
  t.equal(clone.processes().length, 4, 'one daemon and one set of services')

  process.kill(pidOfDaemon(), 'SIGKILL')
  await until('the daemon is gone', () => clone.processes().length === 3)
  t.equal((await clone.task(['down'])).code, 0)
  t.same(clone.processes(), [])
})

t.test('up starts what does not answer, where it listened before, and leaves the others alone', async t => {
  t.equal((await clone.task(['up'])).code, 0)
  const services = async () => JSON.parse((await clone.task(['status', '--json'])).stdout)
  const before = await services()
  const api = before[1]
  // Stopped, it keeps its connections and its entry in PM2, and answers nobody.
  process.kill(api.pid, 'SIGSTOP')
  const up = await clone.task(['up'])
  t.equal(up.code, 0, up.stderr)
  const after = await services()
  t.equal(after[1].address, api.address)
  t.not(after[1].pid, api.pid)
  t.same([after[0].pid, after[2].pid], [before[0].pid, before[2].pid])
})

t.test("PM2's daemon is stopped: status says whom to end", async t => {
  t.equal((await clone.task(['up'])).code, 0)
  const daemon = Number(readFileSync(clone.path('.artifacts/pm2/pm2.pid'), 'utf8'))
  process.kill(daemon, 'SIGSTOP')
  const { code, stderr } = await clone.task(['status'])
  t.equal(code, 1)
  t.match(stderr, new RegExp(`PM2's daemon \\(pid ${daemon}\\) did not answer`))
  t.match(stderr, new RegExp(`kill -9 ${daemon}, then run: npx task up`))
  process.kill(daemon, 'SIGKILL')
  t.equal((await clone.task(['up'])).code, 0)
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)
  t.test(`${signal} during up leaves nothing behind`, async t => {
    // One service is never ready, so that the signal cannot come too late.
    writeFileSync(clone.path('services/runner/main.ts'), 'setInterval(() => {}, 1000)\n')
    const running = clone.start(['tasks/cli.mjs', 'up'])
    await until('services are being started', () => running.stderr().includes('starting runner'))
    running.child.kill(signal)
    const { code: exit, stdout } = await running.finished
    t.equal(exit, code)
    t.notMatch(stdout, /is up/)
    t.same(clone.processes(), [])
  })

t.test(
  'SIGKILL during up ends its commands and leaves its services, which the next up takes over',
  async t => {
    const main = readFileSync(clone.path('services/runner/main.ts'), 'utf8')
    writeFileSync(clone.path('services/runner/main.ts'), 'setInterval(() => {}, 1000)\n')
    const running = clone.start(['tasks/cli.mjs', 'up'])
    await until('services are being started', () => running.stderr().includes('starting runner'))
    const pidsOf = (kind: RegExp) =>
      clone
        .processes()
        .filter(line => kind.test(line))
        .map(line => Number.parseInt(line, 10))
    const daemons = () => pidsOf(/PM2 v/)
    const services = () => pidsOf(/PM2 v|ProcessContainerFork|services\/\w+\/main/)
    // What the daemon has just forked looks like another one.
    const before = await until('daemon and services', () => {
      const found = services()
      return found.length === 4 && daemons().length === 1 ? found : undefined
    })
    running.child.kill('SIGKILL')
    await running.finished
    await until('nothing else is left', () => clone.processes().length === services().length)
    t.same(services(), before)

    writeFileSync(clone.path('services/runner/main.ts'), main)
    const up = await clone.task(['up'])
    t.equal(up.code, 0, up.stderr)
    t.equal(clone.processes().length, 4, 'one daemon and one set of services')
  },
)
