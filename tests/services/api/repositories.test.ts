import t from 'tap'
import { problemOf, startRig } from './rig.ts'

const url = 'https://example.org/owner/demo.git'

t.test('a repository is added once, under its own name or a given one', async t => {
  const rig = await startRig(t)
  const woken = rig.runner.nextWake()
  const first = await rig.send('/repositories', { method: 'POST', body: { url } })
  t.equal(first.status, 201)
  const repository = JSON.parse(first.text)
  t.match(repository, { name: 'demo', url, status: 'pending', default_branch: null })
  await woken
  const again = await rig.send('/repositories', { method: 'POST', body: { url } })
  t.equal(again.status, 200)
  t.same(JSON.parse(again.text), repository)
  t.match(await rig.call('repositories.add', { url, name: 'other', default_branch: 'trunk' }), {
    name: 'other',
    default_branch: 'trunk',
  })
  t.match(await rig.refused('repositories.add', { url: `${url}x`, name: 'demo' }), {
    code: 'repository_exists',
  })
  t.same(
    (await rig.call('repositories.list')).items.map(({ name }) => name),
    ['demo', 'other'],
  )
})

t.test('adding waits for the first fetch, and so does asking', async t => {
  const rig = await startRig(t)
  const woken = rig.runner.nextWake()
  const added = rig.call('repositories.add', { url, wait: 30 })
  await woken
  const asked = rig.call('repositories.get', { repository: 'demo', wait: 30 })
  const {
    items: [repository],
  } = await rig.call('repositories.list')
  if (repository === undefined) throw new Error('none')
  await rig.runner.fetched(repository.id)
  t.match(await added, { status: 'ready', default_branch: 'main' })
  t.match(await asked, { status: 'ready' })
  t.match(await rig.refused('repositories.get', { repository: 'nope' }), { code: 'repository_not_found' })
})

t.test('a fetch that is asked for is waited for, and its failure is told', async t => {
  const rig = await startRig(t)
  const { id } = await rig.call('repositories.add', { url })
  await rig.runner.fetched(id)
  const woken = rig.runner.nextWake()
  const first = rig.call('repositories.fetch', { repository: 'demo', wait: 30 })
  await woken
  t.match(await rig.call('repositories.get', { repository: 'demo' }), { fetch_requested: true })
  await rig.runner.fetched(id)
  t.match(await first, { status: 'ready', fetch_requested: false, failed_at: null })
  const next = rig.runner.nextWake()
  const second = rig.call('repositories.fetch', { repository: 'demo', wait: 30 })
  await next
  await rig.runner.fetchFailed(id, 'no route')
  t.match(await second, { status: 'failed', failure: { message: 'no route' }, failed_at: /^20/ })
  t.match(await rig.refused('repositories.fetch', { repository: 'nope' }), { code: 'repository_not_found' })
})

t.test('a repository is deleted once there are no sessions of it', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const problem = await rig.refused('repositories.delete', { repository: 'demo' })
  t.match(problem, { code: 'repository_in_use', detail: /1 session of demo/ })
  await rig.runner.remove(id)
  t.match(await rig.call('repositories.delete', { repository: 'demo' }), { status: 'deleting' })
  t.same(await rig.call('repositories.list'), { items: [], next: null })
  for (const name of ['get', 'fetch', 'delete'] as const)
    t.match(await rig.refused(`repositories.${name}`, { repository: 'demo' }), {
      code: 'repository_not_found',
    })
  t.match(await rig.refused('repositories.add', { url: 'https://example.org/demo.git' }), {
    ...{ code: 'repository_exists', detail: /being removed/ },
  })
})

t.test('an address without a usable name asks for one', async t => {
  const rig = await startRig(t)
  const problem = await rig.refused('repositories.add', { url: 'https://example.org/%20' })
  t.match(problem, { code: 'invalid_input', errors: [{ path: 'name' }] })
})

t.test('a local path is for administrators', async t => {
  const rig = await startRig(t)
  const body = { url: '/srv/demo.git/' }
  const problem = problemOf(t, await rig.send('/repositories', { method: 'POST', body }))
  t.equal(problem.code, 'local_path_forbidden')
  t.notMatch(problem.detail, '/srv')
  t.match(await rig.call('repositories.add', body, rig.admin), { name: 'demo', url: '/srv/demo.git' })
})

t.test('credentials in an address are refused and told to nobody', async t => {
  const rig = await startRig(t)
  const problem = await rig.refused('repositories.add', { url: 'https://me:hunter2@example.org/demo' })
  t.match(problem, { code: 'invalid_input', errors: [{ path: 'url', message: /git help credential/ }] })
  t.notMatch(JSON.stringify(problem), 'hunter2')
  t.notMatch(rig.logged.join(''), 'hunter2')
})

t.test('a server that listens beyond its machine takes no path from anybody', async t => {
  // A name may lead anywhere: this one to this machine, which no test listens beyond.
  const rig = await startRig(t, { listen: { host: 'LOCALHOST', port: 0 } })
  const problem = await rig.refused('repositories.add', { url: '/srv/demo.git' }, rig.admin)
  t.equal(problem.code, 'local_path_forbidden')
})
