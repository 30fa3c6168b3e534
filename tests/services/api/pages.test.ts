import type { Transaction } from 'kysely'
import t from 'tap'
import { z } from 'zod'
import { every } from '../../../client/sdk/every.ts'
import { contract, operationNames } from '../../../services/contract/contract.ts'
import { sessionId } from '../../../services/contract/ids.ts'
import type { Schema } from '../../../services/store/schema.ts'
import { keepArtifact } from './keep-artifact.ts'
import { keepEnvironment } from './keep-environment.ts'
import { keepWorktree } from './keep-worktree.ts'
import { startRig } from './rig.ts'

t.test('sessions are told page by page, each once, while others come and go', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const ids: string[] = []
  for (let i = 0; i < 7; i += 1) ids.unshift((await rig.call('sessions.create', { repository: 'demo' })).id)
  const told: string[] = []
  for await (const { id } of every(cursor => rig.call('sessions.list', { limit: 2, cursor }))) {
    told.push(id)
    if (told.length !== 2) continue
    await rig.call('sessions.create', { repository: 'demo' })
    await rig.runner.remove(sessionId.schema.parse(ids[1]))
  }
  t.same(told, ids, 'a new one comes before those that were told, and what the cursor stood at may be gone')
  t.equal((await rig.call('sessions.list', { limit: 7 })).next, null, 'a full page may be the last one')
})

t.test('sessions are found by what they are', async t => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const rig = await startRig(t, { clock: { now: () => now } })
  await rig.repository()
  await rig.repository('other')
  const open = async (input: object, person = rig.alice) =>
    (await rig.call('sessions.create', { repository: 'demo', ...input }, person)).id
  const first = await open({ label: 'nightly' })
  now += 3_600_000
  const second = await open({ repository: 'other', label: 'nightly' })
  const third = await open({}, rig.bob)
  const ids = async (input: Record<string, unknown>, person = rig.admin) =>
    (await rig.call('sessions.list', input, person)).items.map(({ id }) => id)
  t.same(await ids({ label: 'nightly' }), [second, first])
  t.same(await ids({ label: 'nightly', repository: 'demo' }), [first])
  t.same(await ids({ repository: 'none' }), [])
  t.same(await ids({ since: '2026-01-01T00:00:00.001Z' }), [third, second])
  t.same(await ids({ owner: 'Bob' }), [third], 'whatever the case of the name')
  t.same(await ids({ owner: 'bob' }, rig.alice), [], 'others have none that you see')
})

t.test('commands, artifacts, tokens, users and the audit log are told in pages, too', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id: session, commands } = await rig.session(['one', 'two', 'three'])
  const artifact = await keepArtifact(rig, session)
  const inPages = async <Item>(list: Parameters<typeof every<Item>>[0]) => await Array.fromAsync(every(list))
  const told = await inPages(cursor => rig.call('commands.list', { session, limit: 2, cursor }))
  t.same(
    told.slice(0, 3).map(({ id }) => id),
    commands,
  )
  const kept = await inPages(cursor => rig.call('artifacts.list', { session, limit: 1, cursor }))
  t.ok(kept.some(({ id }) => id === artifact))
  const limit = 1
  const tokens = await inPages(cursor => rig.call('tokens.list', { limit, cursor }, rig.admin))
  t.same(tokens.map(({ name }) => name).sort(), ['alice', 'bob', 'root'])
  const users = await inPages(cursor => rig.call('users.list', { limit, cursor }, rig.admin))
  t.same(
    users.map(({ name }) => name),
    ['alice', 'bob', 'root'],
  )
  const entries = await inPages(cursor => rig.call('audit.list', { limit, cursor }, rig.admin))
  t.same(entries, (await rig.call('audit.list', {}, rig.admin)).items)
  t.ok(entries.length > 1)
})

t.test('every other list is told in pages, each once, whatever is used meanwhile', async t => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const rig = await startRig(t, { clock: { now: () => now } })
  for (const name of ['beta', 'alpha', 'demo']) await rig.repository(name)
  const { id: session } = await rig.session()
  const inPages = async (name: ListName, input: Record<string, unknown> = {}, person = rig.admin) => {
    const told: unknown[] = []
    const page = async (cursor: string | undefined) =>
      pageSchema.parse(await rig.call(name, { ...input, limit: 2, cursor }, person))
    for await (const item of every(page)) {
      told.push(item)
      now += 1_000
      // What is used, or changes in any other way, stays where it is in the list.
      if (told.length === 2) await rig.store.write(used)
    }
    const { items } = pageSchema.parse(await rig.call(name, input, person))
    t.same(told.map(idOf), items.map(idOf), `${name}: as in one page`)
    t.ok(told.length > 2, `${name}: more than a page`)
    return told
  }
  const repositories = await inPages('repositories.list', {}, rig.alice)
  t.match(repositories, [{ name: 'alpha' }, { name: 'beta' }, { name: 'demo' }])

  const worktrees = []
  // Three of the same instant, and one before them.
  for (const age of [0, 1, 1, 1])
    worktrees.push(await keepWorktree(rig, { created_at: `202${age}-01-01T00:00:00.000Z` }))
  t.match((await inPages('worktrees.list')).at(-1), { id: worktrees[0] }, 'the oldest last')

  for (let n = 0; n < 3; n++) await keepEnvironment(rig, { key: `${n}`.repeat(64) })
  await inPages('environments.list', {}, rig.alice)
  await rig.call('invites.create', { count: 5 }, rig.admin)
  await inPages('invites.list', { status: 'valid' })
  for (let n = 0; n < 3; n++) await rig.call('debug.launch', { session, python: `${n}.py` })
  const [newest] = await inPages('debug.list', { session }, rig.alice)
  t.match(await rig.call('debug.status', { session }), { id: idOf(newest) })
  for (let n = 0; n < 3; n++) await rig.runner.register()
  await inPages('runners.list')
})

type ListName = `${'repositories' | 'worktrees' | 'environments' | 'invites' | 'debug' | 'runners'}.list`

const pageSchema = z.object({ items: z.array(z.unknown()), next: z.string().nullable() })
const idOf = (item: unknown): unknown =>
  typeof item === 'object' && item !== null && 'token' in item
    ? item.token
    : z.looseObject({ id: z.string() }).parse(item).id

async function used(transaction: Transaction<Schema>): Promise<void> {
  const last_used_at = '2030-01-01T00:00:00.000Z'
  const oldest = await transaction
    .selectFrom('worktrees')
    .select('id')
    .orderBy('created_at')
    .limit(1)
    .execute()
  for (const { id } of oldest)
    await transaction.updateTable('worktrees').set({ last_used_at }).where('id', '=', id).execute()
  await transaction.updateTable('environments').set({ used_at: last_used_at }).execute()
}

t.test('lists have no more than a page at a time', async t => {
  const lists = operationNames.filter(name => {
    const output: z.ZodType = contract[name].output
    return contract[name].method === 'GET' && output instanceof z.ZodArray
  })
  // Of these there are a few, or as many as were asked for.
  const few = [
    'debug.scopes',
    'debug.disassemble',
    'debug.viewers',
    'debug.shares',
    'debug.engines',
    'debug.processes',
    'apps.list',
  ]
  t.same(lists.toSorted(), few.toSorted())
})

t.test('a cursor is one of the same list', async t => {
  const rig = await startRig(t)
  for (const cursor of ['nonsense', Buffer.from('["x"]').toString('base64url')])
    t.match(await rig.refused('sessions.list', { cursor }), {
      code: 'invalid_input',
      errors: [{ path: 'cursor', message: 'expected the next of a page of this list' }],
    })
})
