import { existsSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../../lib/processes/identity.ts'
import { getCommand, listCommands, requestCancel } from '../../../services/store/commands.ts'
import { moveSession, requestRemoval } from '../../../services/store/session-transitions.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { until } from '../../until.ts'
import { git, type RunnerRig, runnerRig } from './rig.ts'

/** Shell lines that start processes, print `pid N` for each, and print `ready` when all are there. */
const zoo = {
  gentle: 'echo pid $$; echo ready; exec sleep 300',
  stubborn: "trap '' TERM INT HUP; echo pid $$; echo ready; while :; do sleep 1; done",
  graceful: "trap 'echo bye; exit 7' TERM; echo pid $$; echo ready; while :; do sleep 0.05; done",
  daemon:
    "setsid sh -c 'echo pid $$; touch up; exec sleep 300' & until [ -e up ]; do :; done; echo pid $$; echo ready; sleep 300",
  doubleFork:
    '(setsid sh -c \'(sh -c "echo pid \\$\\$; touch up2; exec sleep 300") &\' &); until [ -e up2 ]; do :; done; echo pid $$; echo ready; sleep 300',
  stubbornDaemon:
    'setsid sh -c \'trap "" TERM; echo pid $$; touch up3; while :; do sleep 1; done\' & until [ -e up3 ]; do :; done; echo pid $$; echo ready; sleep 300',
  stopped: 'echo pid $$; echo ready; kill -STOP $$; sleep 300',
  groupStopped: 'echo pid $$; echo ready; kill -STOP 0; sleep 300',
}

const pidsIn = (text: string) => [...text.matchAll(/pid (\d+)/g)].map(([, pid]) => identify(Number(pid)))
const anyAlive = (found: ReturnType<typeof pidsIn>) => found.some(one => one !== undefined && isAlive(one))

const running = async (rig: RunnerRig) => {
  const repository = await rig.repository()
  const session = await rig.session(repository)
  const begin = async (line: string, options: { timeout?: number } = {}) => {
    const id = await rig.queue(session, line, options)
    const processes = pidsIn(await rig.printed(session.id, id, 'ready'))
    return { id, processes }
  }
  return { repository, session, begin }
}

t.test('cancelling ends everything that a command started', async t => {
  const rig = await runnerRig(t, { graceMs: 400 })
  const { begin } = await running(rig)
  const codes: Record<keyof typeof zoo, number> = {
    gentle: 143,
    stubborn: 137,
    graceful: 7,
    daemon: 143,
    doubleFork: 143,
    stubbornDaemon: 143,
    stopped: 143,
    groupStopped: 143,
  }
  for (const name of [
    'gentle',
    'stubborn',
    'graceful',
    'daemon',
    'doubleFork',
    'stubbornDaemon',
    'stopped',
    'groupStopped',
  ] as const)
    await t.test(name, async t => {
      const { id, processes } = await begin(zoo[name])
      t.ok(anyAlive(processes), 'runs')
      await requestCancel(rig.store, id, rig.now())
      rig.wake()
      const row = await rig.ended(id)
      t.match(row, { status: 'cancelled', exit_code: codes[name], failure_json: /cancelled_by_client/ })
      t.notOk(anyAlive(processes), 'nothing is left')
      if (name === 'graceful') t.match(rig.stdout(row), /bye\n$/, 'what it said at the end is in the log')
    })
})

t.test('a queued command is cancelled without starting', async t => {
  const rig = await runnerRig(t, { slots: 1 })
  const { session, begin } = await running(rig)
  const { id } = await begin(zoo.gentle)
  const waiting = await rig.queue(session, 'touch never')
  await requestCancel(rig.store, waiting, rig.now())
  t.match(await rig.ended(waiting), { status: 'cancelled', started_at: null })
  await requestCancel(rig.store, id, rig.now())
  rig.wake()
  await rig.ended(id)
  t.notOk(existsSync(join(rig.files.worktree(session.id), 'never')))
  await requestCancel(rig.store, id, rig.now())
  rig.wake()
  t.match(await rig.run(session, ['true']), { status: 'succeeded' }, 'and cancelling again changes nothing')
  t.match(await getCommand(rig.store, id), { status: 'cancelled', exit_code: 143 })
})

t.test('a command ends when its time is up', async t => {
  const rig = await runnerRig(t)
  const { session } = await running(rig)
  const row = await rig.run(session, zoo.daemon, { timeout: 0.5 })
  t.match(row, { status: 'timed_out', exit_code: 143, failure_json: /timed_out.*longer than 0\.5 s/ })
  t.notOk(anyAlive(pidsIn(rig.stdout(row))))
  const took = Date.parse(row.ended_at ?? '') - Date.parse(row.started_at ?? '')
  t.ok(took >= 490, `${took} ms`)
  t.match(await rig.run(session, ['true'], { timeout: 20 }), { status: 'succeeded', failure_json: null })
})

t.test('stopping a busy session ends its commands and keeps its files', async t => {
  const rig = await runnerRig(t)
  const { session, begin } = await running(rig)
  const first = await begin(zoo.daemon)
  const second = await begin(zoo.graceful)
  const after = await rig.queue(session, ['true'], { after: [first.id] })
  await moveSession(rig.store, session.id, 'stopping', { now: rig.now() })
  rig.wake()
  const stopped = await until('stopped', async () => {
    const row = await getSession(rig.store, session.id)
    return row?.status === 'stopped' ? row : undefined
  })
  t.ok(stopped.ended_at)
  t.notOk(anyAlive([...first.processes, ...second.processes]))
  t.match(await getCommand(rig.store, first.id), { status: 'cancelled', failure_json: /session_stopped/ })
  t.match(await getCommand(rig.store, second.id), { status: 'cancelled', exit_code: 7 })
  t.match(await getCommand(rig.store, after), { status: 'cancelled', started_at: null })
  t.ok(existsSync(join(rig.files.worktree(session.id), 'README.md')))
  t.ok(existsSync(rig.files.log(session.id, first.id, 'stdout')))
})

t.test('removing a busy session leaves nothing of it', async t => {
  const rig = await runnerRig(t)
  const { repository, session, begin } = await running(rig)
  // As package caches do: directories that nobody may write to.
  await rig.run(session, 'mkdir -p ~/cache/deep && touch ~/cache/deep/file && chmod -R a-w ~/cache')
  const { processes } = await begin(zoo.doubleFork)
  await requestRemoval(rig.store, session.id, rig.now())
  rig.wake()
  await until('the row to go', async () => (await getSession(rig.store, session.id)) === undefined)
  t.notOk(anyAlive(processes))
  t.same(await listCommands(rig.store, session.id), [])
  t.notOk(existsSync(rig.files.session(session.id)))
  const mirror = rig.files.mirror(repository.id)
  t.notMatch(git(mirror, 'for-each-ref'), session.id)
  t.notMatch(git(mirror, 'worktree', 'list'), session.id)
})

t.test('a patch goes with the last session that needs it', async t => {
  const rig = await runnerRig(t)
  const { repository } = await running(rig)
  const patch = '--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-hello\n+goodbye\n'
  const first = await rig.session(repository, { patch })
  const second = await rig.session(repository, { patch })
  const file = rig.files.patch(first.patch_sha256 ?? '')
  for (const [session, kept] of [
    [first, true],
    [second, false],
  ] as const) {
    await requestRemoval(rig.store, session.id, rig.now())
    rig.wake()
    await until('the row to go', async () => (await getSession(rig.store, session.id)) === undefined)
    t.equal(existsSync(file), kept)
  }
})
