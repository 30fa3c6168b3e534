import t from 'tap'
import { keepWorktree } from './keep-worktree.ts'
import { startRig } from './rig.ts'

t.test('an administrator sees all worktrees, anybody else those of their sessions', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id: session } = await rig.session()
  const warm = await keepWorktree(rig)
  const leased = await keepWorktree(rig, {
    status: 'leased',
    session_id: session,
    created_at: new Date().toISOString(),
  })
  const { items: told } = await rig.call('worktrees.list', {}, rig.admin)
  t.match(told, [
    { id: leased, repository: 'demo', status: 'leased', session },
    { id: warm, repository: 'demo', status: 'warm', session: null, bytes: 1_000 },
  ])
  t.same((await rig.call('worktrees.list', { status: 'warm' }, rig.admin)).items, [told[1]])
  t.match((await rig.call('worktrees.list', {}, rig.alice)).items, [{ id: leased }])
  t.same((await rig.call('worktrees.list', {}, rig.bob)).items, [])
})

t.test('what no session has had for a while is reclaimed, by an administrator', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id: session } = await rig.session()
  const old = await keepWorktree(rig)
  const recent = await keepWorktree(rig, { last_used_at: new Date(Date.now() - 60_000).toISOString() })
  await keepWorktree(rig, { status: 'leased', session_id: session })
  await keepWorktree(rig, { status: 'scrubbing' })
  const reclaim = (older_than: number) => rig.call('worktrees.reclaim', { older_than }, rig.admin)
  t.match(await rig.refused('worktrees.reclaim', { older_than: 0 }, rig.alice), {
    code: 'insufficient_scope',
  })
  t.match(await rig.refused('worktrees.reclaim', { older_than: 0, repository: 'nope' }, rig.admin), {
    code: 'repository_not_found',
  })
  t.match(await reclaim(3_600), [{ id: old, status: 'removing' }])
  t.same(await reclaim(3_600), [])
  t.match(await reclaim(0), [{ id: recent, status: 'removing' }])
  const states = (await rig.call('worktrees.list', {}, rig.admin)).items.map(({ status }) => status).sort()
  t.same(states, ['leased', 'removing', 'removing', 'scrubbing'])
})

t.test('a merge needs a patch', async t => {
  const rig = await startRig(t)
  t.match(await rig.refused('sessions.create', { repository: 'demo', three_way: true }), {
    code: 'invalid_input',
    errors: [{ path: 'three_way' }],
  })
})
