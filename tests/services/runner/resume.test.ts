import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { SessionId } from '../../../services/contract/ids.ts'
import { resumeSession } from '../../../services/store/resume-session.ts'
import { moveSession } from '../../../services/store/session-transitions.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { until } from '../../until.ts'
import { type RunnerRig, runnerRig } from './rig.ts'

t.setTimeout(240_000)

async function stop(rig: RunnerRig, id: SessionId): Promise<void> {
  await moveSession(rig.store, id, 'stopping', { now: rig.now() })
  rig.wake()
  await until('stopped', async () => (await getSession(rig.store, id))?.status === 'stopped')
}

async function resume(rig: RunnerRig, id: SessionId) {
  t.same(await resumeSession(rig.store, id, 1_000, rig.now()), { resumed: true })
  rig.wake()
  return rig.settled(id)
}

t.test('a session goes on where it was, as often as it is resumed', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const session = await rig.session(repository)
  const line = [
    'git config user.name A && git config user.email a@localhost && git checkout -q -b mine',
    'echo committed > committed && git add committed && git commit -q -m one',
    'echo changed > README.md && echo new > new && echo kept > "$HOME/kept"',
  ].join(' && ')
  t.match(await rig.run(session, line), { status: 'succeeded' })
  for (let round = 1; round <= 2; round++) {
    await stop(rig, session.id)
    const resumed = await resume(rig, session.id)
    t.match(resumed, {
      status: 'running',
      started_at: session.started_at,
      ended_at: null,
      commit_id: session.commit_id,
    })
    const row = await rig.run(
      session,
      'cat committed README.md new "$HOME/kept"; git branch --show-current; echo $ROUND > new',
      { environment: { ROUND: `round ${round}` } },
    )
    const before = round === 1 ? 'new' : 'round 1'
    t.equal(rig.stdout(row), `committed\nchanged\n${before}\nkept\nmine\n`)
  }
})

t.test('a worktree that is of no use any more fails the session, and its logs stay', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const cases: [name: string, damage: (worktree: string) => void, message: RegExp][] = [
    ['gone', worktree => rmSync(worktree, { recursive: true }), /its worktree is gone/],
    [
      'a file',
      worktree => {
        rmSync(worktree, { recursive: true })
        writeFileSync(worktree, '')
      },
      /its worktree is gone/,
    ],
    ['without its repository', worktree => rmSync(join(worktree, '.git'), { recursive: true }), /is damaged/],
    ['without a HEAD', worktree => rmSync(join(worktree, '.git', 'HEAD')), /is damaged/],
    [
      'without its objects',
      worktree => rmSync(join(worktree, '.git', 'objects', 'info', 'alternates')),
      /is damaged/,
    ],
  ]
  for (const [name, damage, message] of cases)
    await t.test(name, async t => {
      const session = await rig.session(repository)
      const row = await rig.run(session, 'echo said')
      await stop(rig, session.id)
      damage(rig.files.worktree(session.id))
      const failed = await resume(rig, session.id)
      t.equal(failed.status, 'failed')
      const failure = JSON.parse(failed.failure_json ?? '{}')
      t.equal(failure.reason, 'worktree_lost')
      t.match(failure.message, message)
      t.notMatch(failure.message, rig.root, 'without a path of the server')
      t.equal(rig.stdout(row), 'said\n')
    })
})

t.test('what a session does to its own repository is no damage', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  for (const line of [
    'git checkout -q --orphan fresh && git rm -q -r -f . && echo x > x',
    'rm -rf .git && git init -q && echo x > x',
    'rm README.md && echo x > x',
  ]) {
    const session = await rig.session(repository)
    t.match(await rig.run(session, line), { status: 'succeeded' })
    await stop(rig, session.id)
    t.match(await resume(rig, session.id), { status: 'running' }, line)
    t.equal(rig.stdout(await rig.run(session, 'cat x')), 'x\n')
  }
})

t.test('nothing that a session says in its repository is run when it is resumed', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const ran = join(rig.root, 'ran')
  const trap = `touch ${ran}`
  // Whoever reads the tree of its commit, which is not there, is to fetch it, by a command that it names.
  const line = `set -e
commit=$(git cat-file commit HEAD | git hash-object -t commit -w --stdin)
rm .git/objects/info/alternates
git config core.repositoryformatversion 1
git config extensions.partialClone origin
git config remote.origin.promisor true
git config remote.origin.uploadpack '${trap}; git-upload-pack'
for key in core.fsmonitor core.sshCommand core.alternateRefsCommand core.gitProxy credential.helper; do git config $key '${trap}'; done
for hook in post-checkout reference-transaction post-index-change; do printf '#!/bin/sh\n${trap}\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook; done
echo $commit > .git/HEAD`
  t.match(await rig.run(session, `mkdir -p .git/hooks; ${line}`), { status: 'succeeded' })
  await stop(rig, session.id)
  t.match(await resume(rig, session.id), { status: 'failed', failure_json: /worktree_lost/ })
  t.notOk(existsSync(ran))
})

t.test('a mirror that is gone is fetched again, for the worktree borrows its objects', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const session = await rig.session(repository)
  await stop(rig, session.id)
  rmSync(rig.files.mirror(repository.id), { recursive: true })
  t.match(await resume(rig, session.id), { status: 'running' })
  t.match(await rig.run(session, 'git fsck --full && git show HEAD'), { status: 'succeeded' })
})

t.test('a session that was stopped before it ran is started', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  await rig.stop()
  const id = await rig.createSession(repository)
  await moveSession(rig.store, id, 'stopping', { now: rig.now() })
  await rig.start()
  await until('stopped', async () => (await getSession(rig.store, id))?.status === 'stopped')
  t.notOk(existsSync(rig.files.session(id)))
  t.match(await resume(rig, id), { status: 'running' })
  t.equal(readFileSync(join(rig.files.worktree(id), 'README.md'), 'utf8'), 'hello\n')
})

t.test('a runner that comes back to a session that is being resumed begins nothing anew', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const session = await rig.session(repository)
  await rig.run(session, 'echo mine > README.md')
  await stop(rig, session.id)
  await rig.stop()
  await resumeSession(rig.store, session.id, 1_000, rig.now())
  const worktree = rig.files.worktree(session.id)
  t.ok(existsSync(worktree))
  await rig.start()
  t.match(await rig.settled(session.id), { status: 'running' })
  t.equal(readFileSync(join(worktree, 'README.md'), 'utf8'), 'mine\n')

  await t.test('nor does one that is stopped again meanwhile lose anything', async t => {
    await stop(rig, session.id)
    await rig.stop()
    await resumeSession(rig.store, session.id, 1_000, rig.now())
    await moveSession(rig.store, session.id, 'stopping', { now: rig.now() })
    await rig.start()
    await until('stopped', async () => (await getSession(rig.store, session.id))?.status === 'stopped')
    t.equal(readFileSync(join(worktree, 'README.md'), 'utf8'), 'mine\n')
  })
})
