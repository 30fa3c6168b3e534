import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { SessionId } from '../../../../services/contract/ids.ts'
import { listRunners } from '../../../../services/store/runners.ts'
import { requestRemoval } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { allWorktrees, worktreeOf } from '../../../../services/store/worktrees.ts'
import { until } from '../../../until.ts'
import { git, type RunnerRig, runnerRig } from '../rig.ts'
import { killRunner, pauseRunner, spawnRunner } from '../spawn-runner.ts'
import { atRest, contentsOf, freshClone, giveBack } from './pool-rig.ts'

t.setTimeout(280_000)

/** How often it is killed; `KILLS=100` tries what is rarer. */
const kills = Number(process.env.KILLS ?? 8)

const tree = Object.fromEntries(Array.from({ length: 300 }, (_, nth) => [`d${nth % 9}/f${nth}`, `${nth}\n`]))

/** That each row has its directory, each directory its row, and nothing else is there. */
async function isInOrder(t: Parameters<typeof runnerRig>[0], rig: RunnerRig): Promise<void> {
  await atRest(rig)
  const rows = await allWorktrees(rig.store)
  t.same(readdirSync(rig.files.worktrees).sort(), rows.map(({ id }) => id).sort())
  // Stamps are noted by the first scrub.
  for (const { id, status } of rows)
    t.same(
      readdirSync(rig.files.pooled(id)).filter(name => name !== 'stamps'),
      status === 'warm' ? ['checkout', 'index'] : ['index'],
    )
}

t.test(
  'a runner that is killed while worktrees are given back and taken loses none and spoils none',
  async t => {
    const rig = await runnerRig(t)
    const repository = await rig.repository(tree)
    const revision = git(repository.directory, 'rev-parse', 'HEAD')
    const expected = freshClone(rig, repository.directory, revision)
    const sessions: SessionId[] = []
    for (let i = 0; i < 3; i++) sessions.push((await rig.session(repository, { revision })).id)
    await rig.stop()
    let child = await spawnRunner(rig)
    t.teardown(() => killRunner(child))
    for (let round = 0; round < kills; round++) {
      const gone = sessions.shift()
      if (gone === undefined) throw new Error('no session')
      writeFileSync(join(rig.files.worktree(gone), 'd1', 'f1'), 'spoilt\n')
      await requestRemoval(rig.store, gone, rig.now())
      const next = await rig.createSession(repository, { revision })
      await delay(Math.random() * 1_200)
      await killRunner(child)
      child = await spawnRunner(rig)
      t.match(await rig.settled(next), { status: 'running' })
      t.equal(contentsOf(rig.files.worktree(next)), expected, `round ${round}`)
      sessions.push(next)
      await until('what was removed is gone', async () => (await getSession(rig.store, gone)) === undefined)
    }
    await isInOrder(t, rig)
    const had = await Promise.all(sessions.map(id => worktreeOf(rig.store, id)))
    t.equal(new Set(had.map(row => row?.id)).size, 3, 'each has one of its own')
  },
)

t.test('a runner that is stopped in the middle of a scrub and goes on spoils nothing', async t => {
  const termMs = 1_500
  const rig = await runnerRig(t)
  const repository = await rig.repository(tree)
  const revision = git(repository.directory, 'rev-parse', 'HEAD')
  const session = await rig.session(repository, { revision })
  const expected = contentsOf(rig.files.worktree(session.id))
  const [row] = await allWorktrees(rig.store)
  if (row === undefined) throw new Error('it has no worktree')
  // So many that it takes a while.
  const many = `import os
for d in range(40):
    os.makedirs(f'many/{d}')
    for f in range(500): os.mknod(f'many/{d}/{f}')
`
  t.match(await rig.run(session, ['python3', '-c', many]), { exit_code: 0 })
  await rig.stop()
  const start = async (name: string) => {
    const child = await spawnRunner(rig, { socket: join(rig.root, `${name}.sock`), termMs })
    t.teardown(() => killRunner(child))
    return child
  }
  const first = await start('first')
  await requestRemoval(rig.store, session.id, rig.now())
  await until('it is being scrubbed', () =>
    readdirSync(rig.files.worktrees).includes(row.id)
      ? readdirSync(rig.files.pooled(row.id)).some(name => name.startsWith('attempt-'))
      : false,
  )
  await pauseRunner(rig, first)
  t.match(await allWorktrees(rig.store), [{ status: 'scrubbing' }], 'it was stopped in the middle')

  await start('second')
  await atRest(rig)
  const next = await rig.session(repository, { revision })
  t.match(await worktreeOf(rig.store, next.id), { id: row.id, status: 'leased' })
  t.match(await rig.run(next, 'echo mine > d1/f1; echo mine > mine; git add mine'), { exit_code: 0 })
  const before = contentsOf(rig.files.worktree(next.id))

  const token = async () => (await listRunners(rig.store)).find(({ pid }) => pid === first.pid)?.token
  first.kill('SIGCONT')
  await until('it registers anew', token)
  t.match(await rig.run(next, 'true'), { exit_code: 0 })
  t.equal(contentsOf(rig.files.worktree(next.id)), before, 'the session has what it wrote')
  await giveBack(rig, next.id)
  t.equal(contentsOf(rig.files.checkout(row.id)), expected)
  await isInOrder(t, rig)
})
