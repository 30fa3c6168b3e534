import t from 'tap'
import type { RunnerToken } from '../../../services/contract/ids.ts'
import {
  endCommand,
  getCommand,
  listCommands,
  noteEnforcement,
  requestCancel,
  startCommand,
  startCommands,
} from '../../../services/store/commands.ts'
import { getRepository } from '../../../services/store/repositories.ts'
import { recordFetch, recordFetchFailure } from '../../../services/store/repository-fetches.ts'
import {
  adoptCommands,
  endRunner,
  freeRepository,
  listRunners,
  renewRunner,
  takeRepository,
  takeSession,
} from '../../../services/store/runners.ts'
import { moveSession, removeSession, requestRemoval } from '../../../services/store/session-transitions.ts'
import { getSession, noteWorktree } from '../../../services/store/sessions.ts'
import { now, runner, storeRig } from './store-rig.ts'

const ended = { exit_code: 0, failure: null, stdout_bytes: 1, stderr_bytes: 2 }

t.test('tokens only grow, also past a runner that has ended', async t => {
  const { store } = await storeRig(t)
  const first = await runner(store)
  t.ok(await endRunner(store, first))
  t.notOk(await endRunner(store, first), 'once')
  t.ok((await runner(store)) > first)
})

t.test('a heartbeat keeps a runner from being ended by whoever has not seen it', async t => {
  const { store } = await storeRig(t)
  const token = await runner(store)
  const [seen] = await listRunners(store)
  t.ok(await renewRunner(store, token, now()))
  t.notOk(await endRunner(store, token, seen?.beats))
  t.ok(await endRunner(store, token, 1))
  t.notOk(await renewRunner(store, token, now()), 'it learns of its end')
})

t.test('a command belongs to one runner, and after that one has ended to another', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const [stale, next] = [await runner(store), await runner(store)]
  const id = await rig.queue(await rig.running())
  t.ok(await startCommand(store, id, now(), stale))
  t.notOk(await startCommand(store, id, now(), next))
  t.same(await adoptCommands(store, next), [], 'it is leased')
  t.notOk(await endCommand(store, id, 'succeeded', ended, now(), next), 'the other one ends nothing')
  const sampled = () => noteEnforcement(store, id, 'sampled', next)
  await noteEnforcement(store, id, 'cgroup', stale)
  await sampled()
  t.match(await getCommand(store, id), { enforcement: 'cgroup' }, 'nor does it say how its limits are kept')
  const queued = await rig.queue(await rig.running())
  await endRunner(store, stale)
  t.match(await getCommand(store, id), { status: 'running', runner_token: null })
  t.notOk(await endCommand(store, id, 'lost', ended, now(), stale), 'before anybody has taken over')
  t.same(await adoptCommands(store, stale), [], 'one that has ended takes none')
  t.same(await adoptCommands(store, next), [id], 'nothing but what runs')
  t.match(await getCommand(store, queued), { status: 'queued', runner_token: null })
  await sampled()
  t.match(await getCommand(store, id), { enforcement: 'sampled' })
  t.notOk(await endCommand(store, id, 'lost', ended, now(), stale), 'and after')
  await requestCancel(store, id, now())
  t.ok(await endCommand(store, id, 'cancelled', ended, now(), next))
  t.match(await getCommand(store, id), { status: 'cancelled', runner_token: null })
})

t.test('several are taken at once: those that are still to be had', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const [other, mine] = [await runner(store), await runner(store)]
  const session = await rig.running()
  const [first, second, third] = [
    await rig.queue(session),
    await rig.queue(session),
    await rig.queue(session),
  ]
  t.ok(await startCommand(store, second, now(), other))
  t.same(
    [...(await startCommands(store, [first, second, third], now(), mine))].map(([id, row]) => [
      id,
      row.id,
      row.status,
      row.runner_token,
      row.attempts,
    ]),
    [first, third].map(id => [id, id, 'running', mine, 1]),
  )
  const holders = (await listCommands(store, session)).map(({ runner_token }) => runner_token)
  t.same(holders, [mine, other, mine])
})

t.test('a runner that has ended starts nothing', async t => {
  const rig = await storeRig(t)
  const stale = await runner(rig.store)
  const id = await rig.queue(await rig.running())
  await endRunner(rig.store, stale)
  t.notOk(await startCommand(rig.store, id, now(), stale))
  t.match(await getCommand(rig.store, id), { status: 'queued', runner_token: null })
})

t.test('a session belongs to one runner while it is worked on', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const [stale, next] = [await runner(store), await runner(store)]
  const id = await rig.session(['true'])
  t.notOk(await takeSession(store, id, stale, 'stopping'), 'for what it is not')
  t.ok(await takeSession(store, id, stale, 'pending', 'starting'))
  t.ok(await takeSession(store, id, stale, 'pending', 'starting'), 'again')
  t.notOk(await takeSession(store, id, next, 'pending', 'starting'))
  t.notOk(await moveSession(store, id, 'starting', { by: next, now: now() }))
  const worktree = { commit: 'c', isolation: 'none', submodules: [] } as const
  t.notOk(await noteWorktree(store, id, { ...worktree, by: stale }), 'it has not begun')
  t.ok(await moveSession(store, id, 'starting', { by: stale, now: now() }))
  t.notOk(await noteWorktree(store, id, { ...worktree, by: next }))
  t.ok(await noteWorktree(store, id, { ...worktree, by: stale }))
  t.match(await getSession(store, id), { commit_id: 'c', isolation: 'none' })
  await endRunner(store, stale)
  t.notOk(await noteWorktree(store, id, { ...worktree, by: stale }))
  for (const to of ['running', 'failed'] as const)
    t.notOk(await moveSession(store, id, to, { by: stale, now: now() }), `no ${to} of a stale runner`)
  t.ok(await takeSession(store, id, next, 'pending', 'starting'))
  t.ok(await moveSession(store, id, 'running', { by: next, now: now() }))
  t.match(await getSession(store, id), { status: 'running', runner_token: null }, 'at rest nobody has it')

  await requestRemoval(store, id, now())
  t.notOk(await moveSession(store, id, 'stopped', { by: next, now: now() }), 'not without a lease')
  t.ok(await takeSession(store, id, next, 'stopping'))
  t.ok(await moveSession(store, id, 'stopped', { by: next, now: now() }))
  t.ok(await takeSession(store, id, next, 'stopped'))
  t.notOk(await removeSession(store, id, stale))
  t.ok(await removeSession(store, id, next))
  t.same(await listCommands(store, id), [])
})

t.test('a repository belongs to one runner while it is fetched', async t => {
  const { store, repository } = await storeRig(t)
  const [one, other] = [await runner(store), await runner(store)]
  t.ok(await takeRepository(store, repository.id, one))
  t.notOk(await takeRepository(store, repository.id, other))
  await freeRepository(store, repository.id, other)
  t.notOk(await takeRepository(store, repository.id, other), 'only its holder frees it')
  await freeRepository(store, repository.id, one)
  t.ok(await takeRepository(store, repository.id, other))
  await endRunner(store, other)
  t.ok(await takeRepository(store, repository.id, one), 'nor does one that is gone hold it')
})

t.test('what a runner that has ended says of a fetch is refused', async t => {
  const rig = await storeRig(t)
  const session = await getSession(rig.store, await rig.session())
  if (session === undefined) throw new Error('it was just created')
  const id = session.repository_id
  const [stale, live] = [await runner(rig.store), await runner(rig.store)]
  await endRunner(rig.store, stale)
  const at = (year: number, by: RunnerToken) => ({
    ...{ now: `${year}-01-01T00:00:00.000Z`, did: 0, next: () => null, by },
  })
  await recordFetch(rig.store, id, 'main', at(2030, live))
  await recordFetchFailure(rig.store, id, { reason: 'unreachable', message: 'long ago' }, at(2029, stale))
  await recordFetch(rig.store, id, 'old', at(2029, stale))
  t.match(await getRepository(rig.store, id), {
    status: 'ready',
    failure_json: null,
    default_branch: 'main',
    fetched_at: '2030-01-01T00:00:00.000Z',
  })
  await recordFetchFailure(rig.store, id, { reason: 'unreachable', message: 'now' }, at(2031, live))
  t.match(await getRepository(rig.store, id), { status: 'failed' })
})
