import t from 'tap'
import { compiledQuery } from '../../../services/store/compiled-query.ts'
import {
  type NewDebugSession,
  queueDebugSession,
  resolveDebugSession,
} from '../../../services/store/debug-sessions.ts'
import type { TokenRow } from '../../../services/store/schema.ts'
import { getToken } from '../../../services/store/tokens.ts'
import { now, storeRig } from './store-rig.ts'

t.test('a query is built once, and run with what each call gives for its parameters', async t => {
  const { store, token } = await storeRig(t)
  const [a, b] = [await token('a'), await token('b')]
  let built = 0
  const named = compiledQuery<{ name: string; most: number }, TokenRow>((database, parameter) => {
    built++
    return database
      .selectFrom('tokens')
      .selectAll()
      .where('name', '>=', parameter('name'))
      .where('name', '!=', 'owner')
      .orderBy('name')
      .limit(parameter('most'))
  })
  const ids = async (values: { name: string; most: number }) =>
    (await store.read(database => named(database, values))).map(({ id }) => id)
  t.strictSame(await ids({ name: 'a', most: 2 }), [a, b])
  t.strictSame(await ids({ name: 'a', most: 1 }), [a])
  t.strictSame(await ids({ name: 'b', most: 2 }), [b])
  t.strictSame(await Promise.all([ids({ name: 'b', most: 1 }), ids({ name: 'c', most: 1 })]), [[b], []])
  t.equal(built, 1)
})

t.test('two stores share it', async t => {
  const [one, other] = [await storeRig(t), await storeRig(t)]
  const id = await one.token('here')
  t.equal((await getToken(one.store, id))?.name, 'here')
  t.equal(await getToken(other.store, id), undefined)
})

t.test('it sees what its own transaction has written, and nothing of what is not committed', async t => {
  const { store, token } = await storeRig(t)
  const id = await token('here')
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const { promise: end, resolve: finish } = Promise.withResolvers<void>()
  const named = compiledQuery<{ id: typeof id }, { name: string }>((database, parameter) =>
    database.selectFrom('tokens').select('name').where('id', '=', parameter('id')),
  )
  const renamed = compiledQuery<{ id: typeof id; name: string }, { name: string }>((database, parameter) =>
    database
      .updateTable('tokens')
      .set({ name: parameter('name') })
      .where('id', '=', parameter('id'))
      .returning('name'),
  )
  const writing = store.write(async transaction => {
    t.same(await renamed(transaction, { id, name: 'there' }), [{ name: 'there' }])
    t.match(await named(transaction, { id }), [{ name: 'there' }])
    begin()
    await end
    throw new Error('changed my mind')
  })
  await begun
  const reading = store.read(database => named(database, { id }))
  finish()
  await t.rejects(writing, { message: 'changed my mind' })
  t.match(await reading, [{ name: 'here' }])
})

t.test('a transaction that is over takes none', async t => {
  const { store, token } = await storeRig(t)
  const id = await token('here')
  const named = compiledQuery<{ id: typeof id }, { name: string }>((database, parameter) =>
    database.selectFrom('tokens').select('name').where('id', '=', parameter('id')),
  )
  const over = await store.write(async transaction => transaction)
  await t.rejects(named(over, { id }), { message: /committed/ })
})

t.test("a session's latest debug session comes with its own command", async t => {
  const { store, session } = await storeRig(t)
  const [mine, empty] = [await session(), await session()]
  const queue = async (file: string) => {
    const queued = await queueDebugSession(store, wanted(mine, file))
    if (!queued.queued) throw new Error(queued.reason)
    return queued
  }
  const first = await queue('first.py')
  const second = await queue('second.py')
  const found = async (reference?: string) => {
    const resolved = await resolveDebugSession(store, mine, reference)
    if (!resolved.found) return resolved.reason
    const { id, session_id, command_id, row, request_json } = resolved.value
    t.match(row, { id: command_id, session_id: mine, command_json: request_json.match(/\w+\.py/)?.[0] })
    return { id, session_id, command_id, created_at: resolved.value.created_at }
  }
  const told = ({ id, command }: typeof first) => ({ id, command_id: command, session_id: mine })
  t.match(await found(), told(second))
  t.match(await found(first.id), told(first))
  t.match(await found(second.id), told(second))
  t.match(await resolveDebugSession(store, empty, undefined), { found: false, reason: 'none' })
})

const wanted = (session: NewDebugSession['command']['session'], file: string): NewDebugSession => ({
  command: {
    ...{ session, command: ['python3', file], directory: '.', environment: {} },
    ...{ timeout: null, now: now() },
  },
  engine: 'debugpy',
  request: {
    ...{
      program: { kind: 'file', file },
      arguments: [],
      interpreter: null,
      engines: ['debugpy'],
      breakpoints: [],
    },
    ...{ stop_on_entry: false, exceptions: 'uncaught' },
  },
  most: 5,
})
