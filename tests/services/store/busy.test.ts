import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { StoreBusyError, whileBusy } from '../../../services/store/busy.ts'
import { getCommand, listCommands, startCommand } from '../../../services/store/commands.ts'
import { openStore } from '../../../services/store/store.ts'
import { now, storeRig } from './store-rig.ts'

t.test('a lock that another connection holds is waited out, without freezing this process', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const other = new DatabaseSync(rig.path)
  other.exec('begin immediate')
  let ticks = 0
  const ticking = setInterval(() => ticks++, 5)
  const queued = rig.queue(session)
  t.ok(
    await rig.store.read(db => db.selectFrom('sessions').selectAll().executeTakeFirst()),
    'reading goes on',
  )
  await new Promise<void>(resolve => {
    const look = setInterval(() => {
      if (ticks < 20) return
      clearInterval(look)
      resolve()
    }, 5)
  })
  clearInterval(ticking)
  const before = other.prepare('select count(*) as n from commands').get()
  t.equal(before?.n, 0, 'nothing was written meanwhile')
  other.exec('rollback')
  other.close()
  t.match(await getCommand(rig.store, await queued), { status: 'queued' })
})

t.test('those who wait for a lock get it in their turn, before any that come later', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const other = new DatabaseSync(rig.path)
  other.exec('begin immediate')
  const first = Array.from({ length: 8 }, () => rig.queue(session))
  while (rig.store.retries < 8) await delay(5)
  const later = rig.queue(session)
  other.exec('rollback')
  other.close()
  const ids = await Promise.all([...first, later])
  const rows = await listCommands(rig.store, session)
  t.same(
    rows.map(({ id }) => id),
    ids,
  )
})

t.test('a lock that stays is reported in the end', async t => {
  const busy = Object.assign(new Error('locked'), { errcode: 261 })
  let tries = 0
  const error = await whileBusy(async () => {
    tries++
    throw busy
  }, 30).catch((error: unknown) => error)
  t.ok(error instanceof StoreBusyError)
  t.ok(tries > 2, `${tries} tries`)
  const other = Object.assign(new Error('constraint'), { errcode: 19 })
  await t.rejects(
    whileBusy(async () => {
      throw other
    }),
    other,
    'other errors are not repeated',
  )
})

t.test('what fails in a transaction leaves nothing, and the store goes on', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  await t.rejects(
    rig.store.write(async transaction => {
      await transaction.updateTable('sessions').set({ status: 'failed' }).where('id', '=', session).execute()
      throw new Error('changed my mind')
    }),
    /changed my mind/,
  )
  t.ok(await rig.queue(session), 'still running, so it takes commands')
})

t.test('two connections that claim the same command: exactly one gets it, 200 times', async t => {
  const rig = await storeRig(t)
  await using second = await openStore(rig.path)
  const session = await rig.running()
  let [first, other] = [0, 0]
  for (let i = 0; i < 200; i++) {
    const id = await rig.queue(session)
    const claims =
      i % 2 === 0
        ? [startCommand(rig.store, id, now()), startCommand(second, id, now())]
        : [startCommand(second, id, now()), startCommand(rig.store, id, now())].reverse()
    const [a, b] = await Promise.all(claims)
    if (a === b) t.fail(`command ${i}: ${a ? 'both' : 'neither'}`)
    if (a) first++
    else other++
  }
  t.equal(first + other, 200)
})

t.test('two threads that race for 200 commands: each is claimed once', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const ids: string[] = []
  for (let i = 0; i < 200; i++) ids.push(await rig.queue(session))
  const claim = () =>
    new Promise<string[]>((resolve, reject) => {
      const worker = new Worker(new URL('./claimer.ts', import.meta.url), {
        workerData: { path: rig.path, ids },
      })
      worker.once('message', resolve).once('error', reject)
    })
  const [one, two] = await Promise.all([claim(), claim()])
  t.same([...one, ...two].sort(), [...ids].sort())
})
