import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { sessionId } from '../../../../services/contract/ids.ts'
import { Git } from '../../../../services/runner/git/git.ts'
import { type MirrorDependencies, Mirrors, mirrorOf } from '../../../../services/runner/git/mirrors.ts'
import { releaseCommit } from '../../../../services/runner/git/session-repository.ts'
import { silentServer } from '../git-daemon.ts'
import { commit, git, type RunnerRig, runnerRig } from '../rig.ts'

t.setTimeout(240_000)

const never = new AbortController().signal

function mirrorsOf(t: Test, rig: RunnerRig, overrides: Partial<MirrorDependencies> = {}): Mirrors {
  // A lock that is in the way is waited for.
  const configuration = [['core.filesRefLockTimeout', '100']] as const
  const own = new Git({ path: process.env.PATH ?? '', inherit: {}, configuration })
  t.teardown(() => own[Symbol.asyncDispose]())
  return new Mirrors({
    git: own,
    privateRoot: rig.files.root,
    limits: { silenceMs: 100_000, totalMs: 100_000 },
    now: Date.now,
    ending: never,
    exclusively: (_, work) => work(),
    log: pino({ level: 'silent' }),
    ...overrides,
  })
}

t.test('whatever is fetched into a mirror is fetched in turn, under its lease', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const [ending, log] = [new AbortController(), [] as string[]]
  const mirrors = mirrorsOf(t, rig, {
    ending: ending.signal,
    exclusively: async (_, work) => {
      log.push('taken')
      const result = await work()
      log.push('freed')
      return result
    },
  })
  const mirror = mirrorOf(rig.files, repository)
  const [first] = git(repository.directory, 'rev-parse', 'HEAD').split('\n')
  const lost = commit(repository.directory, { 'README.md': 'lost\n' })
  git(repository.directory, 'reset', '--quiet', '--hard', `${first}`)
  const [fetched, found] = await Promise.all([
    mirrors.refresh(mirror, Date.now(), never),
    mirrors.fetchCommit(mirror, lost, never),
  ])
  t.match(fetched, { ok: true })
  t.equal(found, true)
  t.same(log, ['taken', 'freed', 'taken', 'freed'])
  t.equal(git(mirror.directory, 'cat-file', '-t', lost), 'commit')

  await t.test('and none is under way when they have settled', async t => {
    const late = mirrors.refresh(mirror, Date.now(), never)
    ending.abort(new Error('given up'))
    await mirrors.settled()
    await t.rejects(late, { message: 'given up' })
    t.equal(log.filter(word => word === 'taken').length, 3)
  })
})

t.test('a remote that says nothing', async t => {
  const rig = await runnerRig(t)
  const mirror = mirrorOf(rig.files, await rig.repository())
  const silent = await silentServer(t)
  const url = `git://127.0.0.1:${silent.port}/nothing`
  const submodule = { ...mirror, directory: join(rig.root, 'submodule.git'), url }
  const mirrors = mirrorsOf(t, rig)
  const asked = once(silent.server, 'connection') as Promise<[Socket]>
  const [one, other] = [new AbortController(), new AbortController()]
  const [first, second] = [
    mirrors.refresh(submodule, 0, one.signal),
    mirrors.refresh(submodule, 0, other.signal),
  ] as const
  const [connection] = await asked

  await t.test('holds up no fetch from another for the same repository', async t => {
    t.match(await mirrors.refresh(mirror, Date.now(), never), { ok: true })
  })

  await t.test('is asked as long as somebody waits for it', async t => {
    one.abort(new Error('deleted'))
    await t.rejects(first, { message: 'deleted' })
    t.notOk(connection.closed)
    const left = once(connection, 'close')
    other.abort(new Error('deleted, too'))
    await t.rejects(second, { message: 'deleted, too' })
    await left
    await mirrors.settled()
    t.notOk(
      readdirSync(rig.root).some(name => name.startsWith('submodule.git')),
      'nothing is left of it',
    )
  })
})

t.test('what a git that was killed has left in a mirror', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const mirror = mirrorOf(rig.files, repository)
  const session = await rig.session(repository)
  const lock = `refs/sessions/${session.id}.lock`
  const said: unknown[] = []
  const mirrors = mirrorsOf(t, rig, { log: { warn: (about: unknown) => said.push(about) } })
  const leave = (...names: string[]) => {
    for (const name of names) writeFileSync(join(mirror.directory, name), '')
  }

  await t.test('is in the way of no fetch', async t => {
    const next = commit(repository.directory, { 'README.md': 'next\n' })
    const left = ['packed-refs.lock', 'refs/heads/main.lock', 'objects/pack/tmp_pack_1']
    leave(...left)
    t.match(await mirrors.refresh(mirror, Date.now(), never), { ok: true })
    t.equal(git(mirror.directory, 'rev-parse', 'main'), next)
    t.match(said.splice(0), [{ mirror: mirror.directory, names: left }])
    for (const name of left) t.notOk(existsSync(join(mirror.directory, name)), name)
  })

  await t.test('keeps no commit from being let go of', async t => {
    leave(lock)
    await releaseCommit(mirrors, mirror, session.id)
    t.notOk(existsSync(join(mirror.directory, 'refs', 'sessions', session.id)))
    t.match(said, [{ names: [lock] }])
  })

  await t.test(
    'is left while a process works there, and then what it kept from happening is said',
    async t => {
      const worker = spawn('sleep', ['600'], { cwd: mirror.directory })
      t.teardown(() => worker.kill('SIGKILL'))
      await once(worker, 'spawn')
      leave(lock)
      await t.rejects(releaseCommit(mirrors, mirror, session.id), { message: /holds the commit of ses_/ })
      t.ok(existsSync(join(mirror.directory, lock)))
      const ended = once(worker, 'exit')
      worker.kill('SIGKILL')
      await ended
      await releaseCommit(mirrors, mirror, session.id)
      t.notOk(existsSync(join(mirror.directory, lock)))
    },
  )

  await releaseCommit(mirrors, mirror, sessionId.create())
  await releaseCommit(mirrors, { ...mirror, directory: join(rig.root, 'none') }, session.id)
})
