import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { DebugControl, SeenViewer, Viewer } from '../../../../services/contract/debug-control.ts'
import type { DebugSession } from '../../../../services/contract/debug-resources.ts'
import type { LiveOperationName } from '../../../../services/contract/runner-messages.ts'
import { until } from '../../../until.ts'
import { DebugClient, debugRig, type Launched, noDebugpy } from './debug-rig.ts'

const program = `total = 0
for number in range(1000):
    total += number
    print(total)
`

/** A debuggee that stands, and three who want to act: the owner of its session, and two who may control it. */
async function controlRig(t: Test) {
  const { rig, client: owner, run, session } = await debugRig(t, { 'app.py': program })
  const [bob, carol] = await Promise.all(
    ['bob', 'carol'].map(name => DebugClient.connect(rig.socket, { name, role: 'control' })),
  )
  if (bob === undefined || carol === undefined) throw new Error('they are connected')
  t.teardown(() => [bob, carol].map(client => client.close()))
  const debug = await run({ breakpoints: ['app.py:3'] })
  t.equal(debug.at.status, 'stopped')
  return { rig, session, owner, bob, carol, debug }
}

type Asked = readonly [client: DebugClient, debug: Launched]

const said = async ([client, { id }]: Asked, operation: LiveOperationName, input: object = {}) => {
  const answer = await client.ask(id, operation, input)
  return answer.ok ? 'answered' : `${answer.code}: ${answer.detail}`
}

const control = async ([client, { id }]: Asked, action: string, input: object = {}) => {
  const answer = await client.ask(id, 'debug.control', { action, ...input })
  if (!answer.ok) throw new Error(`${answer.code}: ${answer.detail}`)
  return answer.value as { control: DebugControl | null; you: Viewer }
}

const stateOf = async ([client, { id }]: Asked): Promise<DebugSession> => {
  const answer = await client.ask(id, 'debug.status', { wait: 0 })
  if (!answer.ok) throw new Error(answer.detail)
  return answer.value as DebugSession
}

t.test('of two who act at once one does', { skip: noDebugpy }, async t => {
  const { bob, carol, owner, debug } = await controlRig(t)
  for (let round = 0; round < 3; round++) {
    const before = (await stateOf([owner, debug])).stop?.number ?? 0
    const answers = await Promise.all([
      said([bob, debug], 'debug.next', { wait: 20 }),
      said([carol, debug], 'debug.next', { wait: 20 }),
      said([bob, debug], 'debug.variables'),
    ])
    t.equal(answers[0], 'answered')
    t.match(answers[1], /^control_held: bob \(token bob, vwr_\w+\) is acting since .+: ask for it/)
    t.equal((await stateOf([owner, debug])).stop?.number, before + 1, 'it has gone on once')
  }
  t.match(await said([owner, debug], 'debug.evaluate', { expression: '1' }), /^control_held: bob/)
  t.equal(await said([carol, debug], 'debug.variables'), 'answered', 'all may look')
  t.equal(await said([carol, debug], 'debug.break'), 'answered', 'at the breakpoints as well')
  t.match(await said([carol, debug], 'debug.break', { breakpoints: ['app.py:4'] }), /^control_held/)
  t.match(await said([carol, debug], 'debug.terminate'), /^control_held/)
  t.match((await stateOf([carol, debug])).control, { holder: { user: 'bob' }, taken: false, asking: [] })
  const heard = carol.events.filter(({ event }) => event === 'stopped').slice(1)
  t.same(
    heard.map(({ by }) => by?.user),
    ['bob', 'bob', 'bob'],
    'every event tells who has acted',
  )
  t.same(
    carol.events.filter(({ event }) => event === 'control'),
    [],
  )
})

t.test('it is taken, asked for, passed on and released', { skip: noDebugpy }, async t => {
  const { owner, bob, carol, debug } = await controlRig(t)
  const taken = await control([bob, debug], 'take', { idle: 60 })
  t.match(taken, { control: { holder: bob.viewer, taken: true, asking: [] }, you: bob.viewer })
  await t.rejects(control([carol, debug], 'take'), /control_held: bob .* has the control since/)
  await t.rejects(control([carol, debug], 'release'), /control_held/)
  await t.rejects(control([carol, debug], 'pass', { to: 'carol' }), /control_held/)

  const asking = control([carol, debug], 'ask', { wait: 20 })
  await until('bob hears of it', () => bob.events.at(-1)?.debug.control?.asking.length === 1)
  t.match(bob.events.at(-1), { event: 'control', by: carol.viewer })
  t.match((await control([bob, debug], 'pass')).control, { holder: carol.viewer })
  t.match(await asking, { control: { holder: carol.viewer }, you: carol.viewer }, 'who waits is told')
  t.match(await said([bob, debug], 'debug.next', { wait: 20 }), /^control_held: carol/)

  await t.rejects(control([carol, debug], 'pass'), /viewer_not_found: nobody has asked/)
  await t.rejects(control([carol, debug], 'pass', { to: 'dave' }), /viewer_not_found: no viewer dave/)
  t.match((await control([carol, debug], 'pass', { to: 'bob' })).control, { holder: bob.viewer })
  t.match((await control([owner, debug], 'take')).control, { holder: owner.viewer }, 'the owner takes it')
  t.equal((await control([owner, debug], 'release')).control, null)
  t.equal(await said([carol, debug], 'debug.next', { wait: 20 }), 'answered')
  const names = bob.events.filter(({ event }) => event === 'control').map(({ by }) => by?.user)
  t.same(names, ['bob', 'carol', 'bob', 'carol', 'alice', 'alice'])
})

t.test('a holder who vanishes holds nothing any more', { skip: noDebugpy }, async t => {
  const { rig, session, owner, bob, carol, debug } = await controlRig(t)
  const api = await DebugClient.connect(rig.socket)
  t.teardown(() => api.close())
  api.present(session.id, [bob.viewer, carol.viewer])
  const viewers = async () => {
    const answer = await owner.ask(debug.id, 'debug.viewers')
    if (!answer.ok) throw new Error(answer.detail)
    return (answer.value as SeenViewer[]).map(({ user, connected, control }) => ({
      user,
      connected,
      control,
    }))
  }
  await control([bob, debug], 'take')
  await control([carol, debug], 'ask')
  t.strictSame(await viewers(), [
    { user: 'bob', connected: true, control: true },
    { user: 'carol', connected: true, control: false },
    { user: 'alice', connected: false, control: false },
  ])
  api.present(session.id, [carol.viewer])
  await until('carol has it', async () => (await stateOf([owner, debug])).control?.holder.user === 'carol')
  api.close()
  await until('nobody has it', async () => (await stateOf([owner, debug])).control === null)
  t.strictSame(await viewers(), [{ user: 'alice', connected: false, control: false }])
  t.equal(await said([bob, debug], 'debug.next', { wait: 20 }), 'answered')
})

t.test('a role that is taken back takes the control along', { skip: noDebugpy }, async t => {
  const { session, owner, bob, carol, debug } = await controlRig(t)
  await control([bob, debug], 'take')
  const asking = control([carol, debug], 'ask', { wait: 20 })
  await until('she asks', async () => (await stateOf([owner, debug])).control?.asking.length === 1)
  owner.unshared(session.id, 'bob')
  t.match(await asking, { control: { holder: { user: 'carol' } } })
  owner.unshared(session.id, 'carol')
  await until('it is free', async () => (await stateOf([owner, debug])).control === null)
  t.equal(await said([owner, debug], 'debug.next', { wait: 20 }), 'answered')
})

t.test(
  'who watches is shown no file but those of the worktree and of frames',
  { skip: noDebugpy },
  async t => {
    const {
      rig,
      client: owner,
      run,
      session,
    } = await debugRig(t, {
      'app.py': 'import lib\nlib.f()\n',
      'lib.py': 'def f():\n    return 1\n',
    })
    const watcher = await DebugClient.connect(rig.socket, { name: 'maria', role: 'watch' })
    t.teardown(() => watcher.close())
    const secret = join(t.testdir({ token: 'hunter2' }), 'token')
    symlinkSync(secret, join(rig.files.worktree(session.id), 'link'))
    const debug = await run({ breakpoints: ['lib.py:2'] })
    const source = (client: DebugClient, file?: string) => said([client, debug], 'debug.source', { file })
    for (const file of [undefined, 'app.py', 'lib.py']) t.equal(await source(watcher, file), 'answered')
    for (const file of [secret, 'link', '../../../../../../../../../etc/passwd', '/etc/passwd', '/nowhere'])
      t.equal(
        await source(watcher, file),
        `debugger_refused: ${file}: who watches is shown files of the worktree, and those where frames stand`,
      )
    t.equal(await source(owner, secret), 'answered')
  },
)
