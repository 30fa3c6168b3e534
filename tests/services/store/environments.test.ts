import t from 'tap'
import { noLimits } from '../../../services/contract/command-limits.ts'
import { environmentId, type RunnerToken, type SessionId } from '../../../services/contract/ids.ts'
import { changesAfter, latestPosition } from '../../../services/store/changes.ts'
import { endCommand, listCommands, startCommand } from '../../../services/store/commands.ts'
import { claimEnvironment, joinEnvironment } from '../../../services/store/environment-claims.ts'
import { environmentsToEvict, removeEnvironment } from '../../../services/store/environment-keeping.ts'
import {
  condemnEnvironment,
  endBuild,
  evictEnvironment,
} from '../../../services/store/environment-transitions.ts'
import { getEnvironment, readyBuilds } from '../../../services/store/environments.ts'
import { takeSession } from '../../../services/store/runners.ts'
import { moveSession, removeSession } from '../../../services/store/session-transitions.ts'
import { now, runner, storeRig } from './store-rig.ts'

/** A store with a runner, and sessions that it starts. */
async function startingRig(t: Parameters<typeof storeRig>[0]) {
  const rig = await storeRig(t)
  const { store, owner, repository } = rig
  const by = await runner(store)
  const starting = async (commands: string[] = []): Promise<SessionId> => {
    const id = await rig.session(commands)
    await takeSession(store, id, by, 'pending')
    await moveSession(store, id, 'starting', { by, now: now() })
    return id
  }
  const wanted = (session: SessionId, key = 'key', token: RunnerToken = by) => ({
    ...{ session, position: 0, key, by: token, now: now() },
    ...{ id: environmentId.create(), repository: repository.id, owner, manager: 'npm' as const },
    ...{ line: 'npm ci', timeout: 60, limits: noLimits },
  })
  const claim = async (session: SessionId, key?: string) => {
    const claimed = await claimEnvironment(store, wanted(session, key))
    if (claimed === undefined) throw new Error('refused')
    return claimed
  }
  return { ...rig, by, starting, wanted, claim }
}

t.test('the first who asks gets the build, all others the same environment', async t => {
  const { store, starting, claim, wanted } = await startingRig(t)
  const [first, second] = [await starting(['make', 'make install']), await starting()]
  t.equal(await joinEnvironment(store, wanted(first)), undefined)
  const built = await claim(first)
  t.match(built, { mine: true })
  t.same(await claim(second), { id: built.id, mine: false })
  t.match(await joinEnvironment(store, wanted(second)), { id: built.id, status: 'building' })
  t.not((await claim(await starting(), 'other')).id, built.id)
  t.match(await getEnvironment(store, built.id), { sessions: 2, builder_id: first, manager: 'npm' })
  const commands = await listCommands(store, first)
  t.same(
    commands.map(({ sequence, command_json }) => [sequence, JSON.parse(command_json)]),
    [
      [0, 'npm ci'],
      [1, 'make'],
      [2, 'make install'],
    ],
    'what builds comes first',
  )
  t.same((await readyBuilds(store, 10)).length, 2)
  t.same((await readyBuilds(store, 1)).length, 1)
})

t.test('a runner that has lost the session gives it nothing', async t => {
  const { store, starting, wanted, claim } = await startingRig(t)
  const session = await starting()
  const other = await runner(store)
  t.equal(await claimEnvironment(store, wanted(session, 'key', other)), undefined)
  t.same(await listCommands(store, session), [])
  await claim(session)
  t.equal(await joinEnvironment(store, wanted(session, 'key', other)), undefined)
})

t.test('its states, and no other ways between them', async t => {
  const { store, starting, claim } = await startingRig(t)
  const session = await starting()
  const { id } = await claim(session)
  const command = (await getEnvironment(store, id))?.command_id ?? null
  const failure = { reason: 'build_failed' as const, message: 'no' }
  t.notOk(await evictEnvironment(store, id), 'while it is built')
  t.notOk(await endBuild(store, id, null, { to: 'ready' }), 'by another command')
  t.ok(await endBuild(store, id, command, { to: 'ready' }))
  t.notOk(await endBuild(store, id, command, { to: 'failed', failure }), 'twice')
  t.notOk(await evictEnvironment(store, id), 'while a session has it')
  await moveSession(store, session, 'failed', { now: now() })
  t.ok(await evictEnvironment(store, id), 'what has failed does not go on')
  t.notOk(await condemnEnvironment(store, id))
  await removeEnvironment(store, id)
  t.equal(await getEnvironment(store, id), undefined)
})

t.test('one that failed or is gone is made anew, one whose session is gone has no command', async t => {
  const { store, starting, claim } = await startingRig(t)
  const first = await starting()
  const { id } = await claim(first)
  const command = (await getEnvironment(store, id))?.command_id ?? null
  if (command === null) throw new Error('no command')
  await startCommand(store, command, now())
  const end = { exit_code: 1, failure: null, stdout_bytes: 0, stderr_bytes: 0 }
  await endCommand(store, command, 'failed', end, now())
  await endBuild(store, id, command, { to: 'failed', failure: { reason: 'build_failed', message: 'no' } })
  const again = await claim(await starting())
  t.match(again, { mine: true })
  await removeSession(store, first)
  t.match(await getEnvironment(store, id), {
    status: 'failed',
    command_id: null,
    builder_id: null,
    sessions: 0,
  })
})

t.test('what is evicted: the one used longest ago that no session has', async t => {
  const { store, starting, claim } = await startingRig(t)
  const ids = []
  for (const [index, key] of ['a', 'b', 'c'].entries()) {
    const { id } = await claim(await starting(), key)
    const used_at = `2026-01-0${index + 1}T00:00:00.000Z`
    await store.write(transaction =>
      transaction
        .updateTable('environments')
        .set({ status: 'ready', used_at, bytes: 100 })
        .where('id', '=', id)
        .execute(),
    )
    ids.push(id)
  }
  const evicted = (limits: { keep: number; totalBytes: number }) => environmentsToEvict(store, limits)
  t.same(await evicted({ keep: 1, totalBytes: 1 }), [], 'sessions have them')
  const [a, b, c] = ids
  if (c === undefined) throw new Error('there are three')
  const set = (bytes: number) =>
    store.write(transaction =>
      transaction.updateTable('environments').set({ bytes }).where('id', '=', c).execute(),
    )
  await store.write(transaction =>
    transaction.deleteFrom('session_environments').where('environment_id', '!=', c).execute(),
  )
  await set(1_000)
  t.same(await evicted({ keep: 2, totalBytes: 200 }), [], 'what a session has does not count')
  await store.write(transaction => transaction.deleteFrom('session_environments').execute())
  t.same(await evicted({ keep: 0, totalBytes: 200 }), [c], 'one that is too large takes no other with it')
  await set(100)
  t.same(await evicted({ keep: 2, totalBytes: 0 }), [a])
  t.same(new Set(await evicted({ keep: 0, totalBytes: 150 })), new Set([a, b]))
  t.same(await evicted({ keep: 0, totalBytes: 0 }), [], '0 is any number')
})

t.test('who follows a session is told of its environments', async t => {
  const { store, starting, claim } = await startingRig(t)
  const session = await starting()
  const { id } = await claim(session)
  const command = (await getEnvironment(store, id))?.command_id ?? null
  const after = await latestPosition(store)
  await endBuild(store, id, command, { to: 'ready' })
  const read = await changesAfter(store, { after, visible: 'all', limit: 10 })
  t.match(read, { known: true, changes: [{ kind: 'session', row: { id: session } }] })
  if (read.known && read.changes[0]?.kind === 'session')
    t.match(JSON.parse(read.changes[0].row.environments_json), [{ id, status: 'ready', manager: 'npm' }])
})
