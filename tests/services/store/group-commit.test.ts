import { AsyncLocalStorage } from 'node:async_hooks'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import t from 'tap'
import { getCommand } from '../../../services/store/commands.ts'
import { moveSession } from '../../../services/store/session-transitions.ts'
import { now, storeRig } from './store-rig.ts'

t.test('what comes together stands each for itself', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const writes = [
    rig.queue(session),
    rig.store.write(async transaction => {
      await transaction.updateTable('sessions').set({ status: 'failed' }).where('id', '=', session).execute()
      throw new Error('changed my mind')
    }),
    rig.queue(session),
    rig.store.write(transaction =>
      transaction
        .updateTable('commands')
        .set({ session_id: 'ses_nobodys00000' as never })
        .execute(),
    ),
    rig.queue(session),
  ]
  const outcomes = await Promise.allSettled(writes)
  t.same(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  )
  t.match(outcomes[1], { reason: { message: 'changed my mind' } })
  t.match(outcomes[3], { reason: { message: /FOREIGN KEY/ } })
  const row = await rig.store.read(database =>
    database.selectFrom('sessions').select('status').where('id', '=', session).executeTakeFirst(),
  )
  t.match(row, { status: 'running' })
  for (const place of [0, 2, 4]) {
    const id = (await writes[place]) as Awaited<ReturnType<typeof rig.queue>>
    t.match(await getCommand(rig.store, id), { status: 'queued', sequence: place / 2 + 1 })
  }
})

t.test(
  'commands that come together are numbered in turn, until something happens to their session',
  async t => {
    const rig = await storeRig(t)
    const [session, other] = [await rig.running(), await rig.running()]
    const writes = [
      rig.queue(session),
      rig.queue(other),
      rig.queue(session),
      moveSession(rig.store, session, 'stopping', { now: now() }),
      rig.queue(session),
      rig.queue(other),
    ]
    const outcomes = await Promise.allSettled(writes)
    t.same(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    )
    const rows = await rig.store.read(database =>
      database.selectFrom('commands').select(['session_id', 'sequence']).orderBy('sequence').execute(),
    )
    const numbers = (of: typeof session) => rows.filter(row => row.session_id === of).map(row => row.sequence)
    t.same(
      [numbers(session), numbers(other)],
      [
        [1, 2],
        [1, 2],
      ],
    )
  },
)

t.test('one that ends the whole transaction takes nobody with it', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const other = new DatabaseSync(rig.path)
  other.exec(`create trigger odd before insert on commands when new.sequence = 2
    begin select raise(rollback, 'no second one'); end`)
  other.close()
  const [first, second, third] = await Promise.allSettled([
    rig.queue(session),
    rig.queue(session),
    rig.store.write(transaction => sql`update sessions set last_active_at = 'then'`.execute(transaction)),
  ])
  t.equal(first.status, 'fulfilled')
  t.match(second, { status: 'rejected', reason: { message: 'no second one' } })
  t.equal(third.status, 'fulfilled')
  const row = await rig.store.read(database =>
    database
      .selectFrom('sessions')
      .innerJoin('commands', 'commands.session_id', 'sessions.id')
      .select(['last_active_at', 'sequence'])
      .execute(),
  )
  t.same(row, [{ last_active_at: 'then', sequence: 1 }])
})

t.test('who lets an error pass that ends the transaction has nobody write without one', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const other = new DatabaseSync(rig.path)
  other.exec(
    `create trigger odd before update of label on sessions begin select raise(rollback, 'over'); end`,
  )
  t.teardown(() => other.close())
  let committed: unknown
  const outcomes = await Promise.allSettled([
    rig.queue(session),
    rig.store.write(async transaction => {
      await transaction
        .updateTable('sessions')
        .set({ label: 'x' })
        .execute()
        .catch(() => undefined)
    }),
    rig.store.write(async transaction => {
      const { rows } = await sql`update sessions set last_active_at = 'then' returning id`.execute(
        transaction,
      )
      committed = other.prepare("select id from sessions where last_active_at = 'then'").get()
      return rows.length
    }),
  ])
  t.equal(committed, undefined, 'nobody sees it yet')
  t.equal(outcomes[0].status, 'fulfilled')
  t.match(outcomes[2], { status: 'fulfilled', value: 1 })
  const { commands } = other.prepare('select count(*) as commands from commands').get() ?? {}
  t.equal(commands, 1)
})

t.test('nothing is told before it is committed', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const refusedAtCommit = () =>
    rig.store.write(async transaction => {
      await sql`pragma defer_foreign_keys = on`.execute(transaction)
      await transaction
        .updateTable('sessions')
        .set({ owner_id: 'usr_nobodys00000' as never })
        .where('id', '=', session)
        .execute()
      return 'done'
    })
  await t.rejects(refusedAtCommit(), { message: /FOREIGN KEY/ }, 'alone')
  const [beside, refused] = await Promise.allSettled([rig.queue(session), refusedAtCommit()])
  t.equal(refused.status, 'rejected', 'and among others')
  t.equal(beside.status, 'fulfilled')
})

t.test('each is done in the context of who asked for it', async t => {
  const rig = await storeRig(t)
  const who = new AsyncLocalStorage<number>()
  const asked = [1, 2, 3]
  const told = await Promise.all(
    asked.map(number => who.run(number, () => rig.store.write(async () => who.getStore()))),
  )
  t.same(told, asked)
})

t.test('what was asked for is committed before the store closes', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const queued = rig.queue(session)
  await rig.store[Symbol.asyncDispose]()
  const id = await queued
  const other = new DatabaseSync(rig.path)
  t.teardown(() => other.close())
  t.match(other.prepare('select id, status from commands').get(), { id, status: 'queued' })
})
