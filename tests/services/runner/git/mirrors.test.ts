import { once } from 'node:events'
import { existsSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sessionId } from '../../../../services/contract/ids.ts'
import { Git } from '../../../../services/runner/git/git.ts'
import { Mirrors, mirrorOf } from '../../../../services/runner/git/mirrors.ts'
import type { Exclusively } from '../../../../services/runner/git/repository-turns.ts'
import { releaseCommit } from '../../../../services/runner/git/session-repository.ts'
import { silentServer } from '../git-daemon.ts'
import { commit, git, runnerRig } from '../rig.ts'

t.setTimeout(120_000)

const surroundings = { path: process.env.PATH ?? '', inherit: {}, configuration: [] }
const limits = { silenceMs: 10_000, totalMs: 10_000 }

t.test('whatever is fetched into a mirror is fetched in turn, under its lease', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  await using own = new Git(surroundings)
  const [ending, log] = [new AbortController(), [] as string[]]
  const exclusively: Exclusively = async (_, work) => {
    log.push('taken')
    const result = await work()
    log.push('freed')
    return result
  }
  const mirrors = new Mirrors(own, rig.files, limits, Date.now, ending.signal, exclusively)
  const mirror = mirrorOf(rig.files, repository)
  const [first] = git(repository.directory, 'rev-parse', 'HEAD').split('\n')
  const lost = commit(repository.directory, { 'README.md': 'lost\n' })
  git(repository.directory, 'reset', '--quiet', '--hard', `${first}`)
  const [fetched, found] = await Promise.all([
    mirrors.refresh(mirror, Date.now()),
    mirrors.fetchCommit(mirror, lost),
  ])
  t.match(fetched, { ok: true })
  t.equal(found, true)
  t.same(log, ['taken', 'freed', 'taken', 'freed'])
  t.equal(git(mirror.directory, 'cat-file', '-t', lost), 'commit')

  await t.test('and none is under way when they have settled', async t => {
    const late = mirrors.refresh(mirror, Date.now())
    ending.abort(new Error('given up'))
    await mirrors.settled()
    await t.rejects(late, { message: 'given up' })
    t.equal(log.filter(word => word === 'taken').length, 3)
  })
})

t.test('a remote that says nothing holds up no fetch from another for the same repository', async t => {
  const rig = await runnerRig(t)
  const mirror = mirrorOf(rig.files, await rig.repository())
  const silent = await silentServer(t)
  const submodule = {
    ...mirror,
    ...{ directory: join(rig.root, 'submodule.git'), url: `git://127.0.0.1:${silent.port}/nothing` },
  }
  await using own = new Git(surroundings)
  const ending = new AbortController()
  const patient = { silenceMs: 100_000, totalMs: 100_000 }
  const mirrors = new Mirrors(own, rig.files, patient, Date.now, ending.signal, (_, work) => work())
  const asked = once(silent.server, 'connection')
  const held = mirrors.refresh(submodule, Date.now())
  await asked
  t.match(await mirrors.refresh(mirror, Date.now()), { ok: true })
  ending.abort(new Error('given up'))
  await t.rejects(held, { message: 'given up' })
})

t.test('a commit that cannot be let go of is said, and tried again', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const mirror = rig.files.mirror(session.repository_id)
  await using own = new Git(surroundings)
  const lock = join(mirror, 'refs', 'sessions', `${session.id}.lock`)
  writeFileSync(lock, '')
  await t.rejects(releaseCommit(own, mirror, session.id), { message: /holds the commit of ses_/ })
  await releaseCommit(own, mirror, sessionId.create())
  await releaseCommit(own, join(rig.root, 'none'), session.id)
  unlinkSync(lock)
  await releaseCommit(own, mirror, session.id)
  t.notOk(existsSync(join(mirror, 'refs', 'sessions', session.id)))
})
