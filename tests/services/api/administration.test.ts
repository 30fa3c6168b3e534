import t from 'tap'
import { commandId } from '../../../services/contract/ids.ts'
import type { Survey } from '../../../services/contract/runner-messages.ts'
import { startRig } from './rig.ts'
import { until } from './until.ts'

t.test('runners are told with what they have in hand, and which one is connected', async t => {
  const rig = await startRig(t)
  t.same((await rig.call('runners.list', {}, rig.admin)).items, [], 'one that takes no leases is none')
  await rig.runner.register()
  const {
    items: [runner, ...others],
  } = await rig.call('runners.list', {}, rig.admin)
  t.same(others, [])
  t.match(runner, { id: rig.runner.instance, pid: process.pid, connected: true, sessions: 0, term: 10 })
  const short = rig.runner.instance.slice(0, 10)
  t.same(await rig.call('runners.get', { runner: short }, rig.admin), runner)
  t.match(await rig.refused('runners.get', { runner: `ins_${'0'.repeat(12)}` }, rig.admin), {
    code: 'runner_not_found',
  })
})

t.test('what is asked while a runner is being replaced waits for the next one', async t => {
  const rig = await startRig(t, { limits: { successor: 60_000 } })
  rig.runner.greets = false
  rig.runner.drop()
  await until(() => rig.runner.connections === 2, 'the API has connected again')
  let isAnswered = false
  const asked = rig.call('server.features').finally(() => {
    isAnswered = true
  })
  await rig.call('repositories.list')
  t.notOk(isAnswered)
  t.equal(rig.runner.surveys, 0)
  rig.runner.say({ type: 'hello', instance: rig.runner.instance, isolation: 'none', limits: 'sampled' })
  t.match(await asked, { version: '1.2.3' })
})

t.test('statistics count what there is', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { commands } = await rig.session(['true', 'false'])
  await rig.runner.play(commandId.schema.parse(commands[0]))
  await rig.call('users.create', { name: 'gone' }, rig.admin)
  await rig.call('users.disable', { user: 'gone' }, rig.admin)
  t.match(await rig.call('admin.stats', {}, rig.admin), {
    users: { total: 4, disabled: 1 },
    sessions: { running: 1, stopped: 0 },
    commands: { succeeded: 1, queued: 1, failed: 0 },
    repositories: { ready: 1 },
    bytes: { artifacts: 0 },
  })
})

t.test('features are those that the runner has found, and that are configured', async t => {
  const rig = await startRig(t)
  const pip: Survey['environments'][number] = {
    name: 'pip',
    available: true,
    tools: [{ name: 'python3', version: '3.13' }],
    missing: null,
  } as const
  const debugpy: Survey['debuggers'][number] = {
    name: 'debugpy',
    available: false,
    tools: [],
    missing: 'no Python has it',
  }
  rig.runner.host = { environments: [pip], debuggers: [debugpy] }
  t.match(await rig.call('server.features'), {
    environments: [pip],
    debuggers: [debugpy],
    sign_in: { registration: 'invite', password: { least: 12, most: 1_024 } },
    version: '1.2.3',
    isolation: 'none',
    limits: 'sampled',
    repositories: ['https', 'ssh', 'git', 'path'],
    environment: ['none'],
    debug_sessions: 16,
  })
  t.same(await rig.call('debug.engines'), [{ ...debugpy, debugs: ['python', 'module'] }])
  rig.runner.host = undefined
  const asked = rig.refused('server.features')
  await until(() => rig.runner.surveys === 3, 'the runner is asked')
  rig.runner.drop()
  t.match(await asked, { code: 'runner_unavailable' })
  const alone = await startRig(t, { runner: 'absent' })
  for (const operation of ['server.features', 'debug.engines'] as const)
    t.match(await alone.refused(operation), { code: 'runner_unavailable' })
})
