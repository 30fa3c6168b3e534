import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { identify } from '../../../../lib/processes/identity.ts'
import { instanceId } from '../../../../services/contract/ids.ts'
import { hostIdentity } from '../../../../services/runner/leases/host-identity.ts'
import { Registration } from '../../../../services/runner/leases/lease.ts'
import { RunnerLease } from '../../../../services/runner/leases/runner-lease.ts'
import { startCommand } from '../../../../services/store/commands.ts'
import { adoptCommands, endRunner, listRunners, registerRunner } from '../../../../services/store/runners.ts'
import { until } from '../../../until.ts'
import { storeRig } from '../../store/store-rig.ts'

const termMs = 60_000
const hour = 3_600_000

/** A lease on a store of its own; time passes as the test says, on the wall and on the stopwatch apart. */
async function leaseRig(t: Test) {
  const rig = await storeRig(t)
  const time = { wall: Date.parse('2026-01-01T00:00:00Z'), elapsed: 0 }
  const given = { up: 0, woken: 0 }
  const take = async () => {
    const lease = await RunnerLease.take({
      store: rig.store,
      clock: { now: () => time.wall },
      stopwatch: { elapsed: () => time.elapsed },
      log: pino({ level: 'silent' }),
      instance: instanceId.create(),
      termMs,
      begin: () => ({ [Symbol.asyncDispose]: async () => void given.up++ }),
      wake: () => void given.woken++,
    })
    t.teardown(() => lease[Symbol.asyncDispose]())
    return lease
  }
  const beatsOf = async (token: number) =>
    (await listRunners(rig.store)).find(runner => runner.token === token)?.beats
  return {
    ...rig,
    time,
    given,
    take,
    beatsOf,
  }
}

const elsewhere = (pid: number, process_started: string, host: string) => ({
  ...{ instance_id: instanceId.create(), host, pid, process_started, process_scope: 'none' },
  ...{ term_ms: termMs, now: '2026-01-01T00:00:00.000Z' },
})

t.test('a clock that is set ends no lease', async t => {
  const rig = await leaseRig(t)
  const [one, other] = [await rig.take(), await rig.take()]
  const tokens = [one.registration.token, other.registration.token]
  for (const step of [hour, -2 * hour]) {
    rig.time.wall += step
    for (const lease of [one, other, one]) await lease.beat()
    t.ok(one.registration.held() && other.registration.held())
  }
  t.same([one.registration.token, other.registration.token], tokens)
  t.equal(rig.given.up, 0)
})

t.test('a lease is held from when its renewal began, however long that took', async t => {
  const { store, time } = await leaseRig(t)
  let takes = 0
  const slow = new Proxy(store, {
    get: (_, name) =>
      name !== 'write'
        ? Reflect.get(store, name)
        : async (work: Parameters<typeof store.write>[0]) => {
            const result = await store.write(work)
            time.elapsed += takes
            return result
          },
  })
  const registration = await Registration.take(
    {
      ...{ store: slow, instance: instanceId.create(), termMs },
      clock: { now: () => time.wall },
      stopwatch: { elapsed: () => time.elapsed },
    },
    () => undefined,
  )
  takes = termMs - 1
  t.equal(await registration.renew(), true)
  t.ok(registration.held())
  takes = termMs
  t.equal(await registration.renew(), true)
  t.notOk(registration.inTime(), 'one that takes its whole term is late at once')
  takes = 0
  t.equal(await registration.renew(), true)
  t.ok(registration.inTime(), 'until the next one, where nobody was told meanwhile')
  time.elapsed += termMs
  t.notOk(registration.held(), 'whoever saw it renewed waits from later on')
  t.equal(await registration.renew(), false, 'and whoever was told of that has given up')
})

t.test('a clock that is set prolongs no lease', async t => {
  const rig = await leaseRig(t)
  const lease = await rig.take()
  // Of another host, so that nobody can tell whether its process is there.
  const silent = await registerRunner(rig.store, elsewhere(1, 'then', 'elsewhere'))
  const id = await rig.queue(await rig.running())
  await startCommand(rig.store, id, '2026-01-01T00:00:00.000Z', silent)
  await lease.beat()
  rig.time.wall -= 5 * hour
  rig.time.elapsed += termMs - 1
  await lease.beat()
  t.equal(await rig.beatsOf(silent), 0, 'it has its term')
  rig.time.elapsed += 1
  await lease.beat()
  t.equal(await rig.beatsOf(silent), undefined)
  t.same(await adoptCommands(rig.store, lease.registration.token), [id])
})

t.test('a runner whose process is gone is ended at once, one that is there is not', async t => {
  const rig = await leaseRig(t)
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
  t.teardown(() => child.kill('SIGKILL'))
  const identity = child.pid === undefined ? undefined : identify(child.pid)
  if (identity === undefined) throw new Error('not started')
  const runner = elsewhere(identity.pid, identity.startTime, hostIdentity())
  const token = await registerRunner(rig.store, runner)
  await rig.take()
  t.equal(await rig.beatsOf(token), 0)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const later = await rig.take()
  t.equal(await rig.beatsOf(token), undefined)
  t.ok(later.registration.token > token)
})

t.test('a lease that was not renewed in time is given up, and taken anew under a higher token', async t => {
  const rig = await leaseRig(t)
  const lease = await rig.take()
  const before = lease.registration
  const { token } = before
  rig.time.elapsed += termMs
  t.notOk(lease.registration.held(), 'before it has noticed')
  t.throws(() => lease.registration.require(), { name: 'LeaseLostError' })
  await lease.beat()
  t.ok(lease.registration.held())
  t.equal(rig.given.up, 1)
  t.equal(rig.given.woken, 1)
  t.notOk(before.held(), 'what began under the old one never goes on under the new')
  t.throws(() => before.require(), { name: 'LeaseLostError' })
  t.not(lease.registration.processScope, before.processScope, 'nor do helpers share a mark')
  t.ok(lease.registration.token > token)
  t.same(
    (await listRunners(rig.store)).map(runner => runner.token),
    [lease.registration.token],
    'the old one has ended',
  )
})

t.test('one that is late is renewed where nobody has taken over and nobody was told', async t => {
  const rig = await leaseRig(t)
  const lease = await rig.take()
  const { registration } = lease
  rig.time.elapsed += 5 * termMs
  t.notOk(registration.inTime())
  await lease.beat()
  t.equal(lease.registration, registration)
  t.ok(registration.held())
  t.equal(rig.given.up, 0, 'its work goes on')
  rig.time.elapsed += termMs
  await endRunner(rig.store, registration.token)
  await lease.beat()
  t.not(lease.registration, registration, 'another has ended it meanwhile')
  t.notOk(registration.held())
  t.equal(rig.given.up, 1)
})

t.test('a runner that another has ended notices when its write is refused', async t => {
  const rig = await leaseRig(t)
  const lease = await rig.take()
  const before = lease.registration
  const { token } = before
  await endRunner(rig.store, token)
  before.doubt()
  await until('another lease', () => lease.registration.token > token && lease.registration.held())
  t.equal(rig.given.up, 1)
})

t.test('a runner that ends in order leaves no lease', async t => {
  const rig = await leaseRig(t)
  const lease = await rig.take()
  await lease[Symbol.asyncDispose]()
  t.notOk(lease.registration.held())
  t.equal(rig.given.up, 1)
  t.same(await listRunners(rig.store), [])
})
