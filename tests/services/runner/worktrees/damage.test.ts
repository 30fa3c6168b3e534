import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { instanceId, type RunnerToken } from '../../../../services/contract/ids.ts'
import { lookUpRepository, requestRepositoryRemoval } from '../../../../services/store/repositories.ts'
import { registerRunner } from '../../../../services/store/runners.ts'
import type { WorktreeRow } from '../../../../services/store/schema.ts'
import { requestRemoval } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { allWorktrees, reclaimWorktrees, worktreeOf } from '../../../../services/store/worktrees.ts'
import { until } from '../../../until.ts'
import { commit, git, type RunnerRig, runnerRig } from '../rig.ts'
import { atRest, contentsOf, freshClone, giveBack } from './pool-rig.ts'

t.setTimeout(300_000)

/** What can be wrong with a warm worktree when it is taken, of which nobody has said a word. */
const damages: Record<string, (rig: RunnerRig, row: WorktreeRow) => unknown> = {
  'its checkout is gone': ({ files }, { id }) => rmSync(files.checkout(id), { recursive: true }),
  'its directory is gone': ({ files }, { id }) => rmSync(files.pooled(id), { recursive: true }),
  'its index is gone': ({ files }, { id }) => rmSync(files.index(id)),
  'its index is cut short': ({ files }, { id }) => truncateSync(files.index(id), 50),
  'its index is locked': ({ files }, { id }) => writeFileSync(`${files.index(id)}.lock`, ''),
  'its commit is unknown': ({ store }, { id }) =>
    store.write(db =>
      db
        .updateTable('worktrees')
        .set({ commit_id: '1'.repeat(40) })
        .where('id', '=', id)
        .execute(),
    ),
}

t.test('a warm worktree that is damaged is replaced, whatever is wrong with it', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository({ a: 'a\n', 'dir/b': 'b\n' })
  const commits = [repository.directory].flatMap(origin => [
    commit(origin, { a: 'one\n' }),
    commit(origin, { a: 'two\n' }),
  ])
  await rig.session(repository) // fetches both
  let round = 0
  for (const [name, damage] of Object.entries(damages)) {
    const first = await rig.session(repository, { revision: commits[round++ % 2] ?? null })
    await giveBack(rig, first.id)
    const warm = (await allWorktrees(rig.store)).find(({ status }) => status === 'warm')
    if (warm === undefined) throw new Error('nothing is warm')
    await damage(rig, warm)
    const next = commits[round % 2] ?? ''
    const session = await rig.session(repository, { revision: next })
    t.match(session, { status: 'running', commit_id: next }, name)
    t.equal(contentsOf(rig.files.worktree(session.id)), freshClone(rig, repository.directory, next))
    await until('the damaged one is gone', async () =>
      (await allWorktrees(rig.store)).every(({ id }) => id !== warm.id),
    )
    t.notOk(existsSync(rig.files.pooled(warm.id)))
    await giveBack(rig, session.id)
    await reclaimWorktrees(rig.store, { unusedSince: rig.now(), now: rig.now() })
    await until('none is left', async () => (await allWorktrees(rig.store)).length === 1)
  }
})

t.test('what a git that was killed in the middle of a scrub has left costs no worktree', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const [row] = await allWorktrees(rig.store)
  if (row === undefined) throw new Error('it has no worktree')
  await rig.stop()
  await requestRemoval(rig.store, session.id, rig.now())
  writeFileSync(`${rig.files.index(row.id)}.lock`, '')
  await rig.start()
  await until('it is given back', async () => (await getSession(rig.store, session.id)) === undefined)
  await atRest(rig)
  t.match(await allWorktrees(rig.store), [{ id: row.id, status: 'warm' }])
  t.notOk(existsSync(`${rig.files.index(row.id)}.lock`))
})

t.test('an index that is not whole is found also where no other commit is wanted', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository({ a: 'a\n' })
  await giveBack(rig, (await rig.session(repository)).id)
  const [warm] = await allWorktrees(rig.store)
  if (warm === undefined) throw new Error('nothing is warm')
  truncateSync(rig.files.index(warm.id), 50)
  const { id } = await rig.session(repository)
  t.equal(git(rig.files.worktree(id), 'status', '--porcelain'), '')
  t.not((await worktreeOf(rig.store, id))?.id, warm.id)
})

t.test('rows without a directory and directories without a row are gone when a runner starts', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const sessions = [await rig.session(repository), await rig.session(repository)]
  await giveBack(rig, ...sessions.map(({ id }) => id))
  await rig.stop()
  const [lost, kept] = await allWorktrees(rig.store)
  if (lost === undefined || kept === undefined) throw new Error('they are not warm')
  rmSync(rig.files.pooled(lost.id), { recursive: true })
  mkdirSync(join(rig.files.worktrees, 'wt_000000000000', 'checkout'), { recursive: true })
  mkdirSync(join(rig.files.worktrees, '.. odd'))
  await rig.start()
  await until('they match', async () => {
    const rows = (await allWorktrees(rig.store)).map(({ id }) => id)
    return String(rows) === kept.id && String(readdirSync(rig.files.worktrees)) === kept.id
  })
  t.match(await allWorktrees(rig.store), [{ id: kept.id, status: 'warm' }])
})

t.test('no more are kept than there may be, and none of a repository that is removed', async t => {
  const rig = await runnerRig(t, { worktrees: { keep: 2, totalBytes: 0 } })
  const repository = await rig.repository()
  const sessions = []
  for (let i = 0; i < 4; i++) sessions.push(await rig.session(repository))
  for (const { id } of sessions) await giveBack(rig, id)
  await until('two are left', async () => (await allWorktrees(rig.store)).length === 2)
  t.equal(readdirSync(rig.files.worktrees).length, 2)

  t.equal(await requestRepositoryRemoval(rig.store, repository.id), 0)
  rig.wake()
  await until('it is gone', async () => (await lookUpRepository(rig.store, repository.id)) === undefined)
  t.same(await allWorktrees(rig.store), [])
  t.same(readdirSync(rig.files.worktrees), [])
})

t.test('without a pool a worktree goes with its session', async t => {
  const rig = await runnerRig(t, { worktrees: { keep: 0, totalBytes: 0 } })
  await giveBack(rig, (await rig.session(await rig.repository())).id)
  await atRest(rig)
  t.same(await allWorktrees(rig.store), [])
  t.same(readdirSync(rig.files.worktrees), [])
})

t.test('a repository whose worktree another runner has waits, without work, until that is gone', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  await giveBack(rig, (await rig.session(repository)).id)
  const [worktree] = await allWorktrees(rig.store)
  if (worktree === undefined) throw new Error('nothing is warm')
  const hold = (runner_token: RunnerToken | null) =>
    rig.store.write(db =>
      db
        .updateTable('worktrees')
        .set({ status: 'scrubbing', runner_token })
        .where('id', '=', worktree.id)
        .execute(),
    )
  const elsewhere = {
    host: 'elsewhere',
    pid: 1,
    process_started: 'then',
    process_scope: 'mark',
    term_ms: 60_000,
  }
  await hold(
    await registerRunner(rig.store, { ...elsewhere, instance_id: instanceId.create(), now: rig.now() }),
  )
  const { read } = rig.store
  let reads = 0
  rig.store.read = work => {
    reads++
    return read(work)
  }
  await requestRepositoryRemoval(rig.store, repository.id)
  rig.wake()
  await delay(1_000)
  t.ok(reads < 100, `the store was read ${reads} times`)
  t.ok(await lookUpRepository(rig.store, repository.id))
  await hold(null)
  rig.wake()
  await until('it is gone', async () => (await lookUpRepository(rig.store, repository.id)) === undefined)
})
