import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { refreshRepository } from '../../../tasks/bootstrap/refresh-repository.ts'
import { commit, directory, git, gitEnvironment, gitMaker, repository } from './place.ts'
import { gitDaemon, silentServer } from './remotes/git-daemon.ts'
import { gitHttp } from './remotes/git-http.ts'

const settings = { default_branch: 'main', fetch_prune: true, submodules: false }
const head = (checkout: string, reference: string) => git(checkout, 'rev-parse', reference).trim()

/** A repository that remotes serve, and a checkout of it with the remote `origin`. */
function pair(owner: { teardown(end: () => unknown): void }) {
  const base = directory(owner)
  const source = repository(join(base, 'source'))
  const checkout = join(base, 'checkout')
  git(base, 'clone', '-q', source, checkout)
  const refresh = (changes: Partial<typeof settings> = {}, timeoutMs?: number) =>
    refreshRepository(
      gitMaker(owner)(checkout),
      { remotes: git(checkout, 'remote').trim().split('\n'), branchFault: undefined },
      { ...settings, ...changes },
      timeoutMs === undefined ? {} : { timeoutMs },
    )
  return {
    base,
    source,
    checkout,
    refresh,
    origin: (url: string) => git(checkout, 'remote', 'set-url', 'origin', url),
  }
}

t.test('all remotes are fetched, and branches that are gone are forgotten where that is wanted', async t => {
  const { base, source, checkout, refresh, origin } = pair(t)
  const daemon = await gitDaemon(t, base)
  origin(`${daemon.url}/source`)
  git(checkout, 'remote', 'add', 'second', `${daemon.url}/source`)
  git(source, 'branch', 'passing')
  const newest = commit(source, 'second')
  t.same(await refresh(), { outcome: 'fetched', warnings: [] })
  t.equal(head(checkout, 'origin/main'), newest)
  t.equal(head(checkout, 'second/passing'), head(source, 'passing'))
  git(source, 'branch', '-D', 'passing')
  await refresh({ fetch_prune: false })
  t.ok(head(checkout, 'second/passing'))
  await refresh()
  t.throws(() => head(checkout, 'second/passing'))
  t.not(head(checkout, 'HEAD'), newest, 'the checkout itself stays where it is')
})

t.test('no remote at all is a warning', async t => {
  const root = repository(directory(t))
  t.same(
    await refreshRepository(gitMaker(t)(root), { remotes: [], branchFault: 'no such branch' }, settings),
    {
      outcome: 'no_remotes',
      warnings: ['the repository has no remote: nothing was fetched', 'no such branch'],
    },
  )
})

t.test('a remote that cannot be reached is a warning, and the others are fetched', async t => {
  const { base, source, checkout, refresh, origin } = pair(t)
  const daemon = await gitDaemon(t, base)
  origin('git://127.0.0.1:1/source')
  git(checkout, 'remote', 'add', 'second', `${daemon.url}/source`)
  const newest = commit(source, 'second')
  const { outcome, warnings } = await refresh()
  t.equal(outcome, 'not_fetched')
  t.match(warnings, [/^not all of origin, second were fetched: .*127\.0\.0\.1/])
  t.equal(head(checkout, 'second/main'), newest)
})

t.test('a remote that says nothing is given up at the deadline', async t => {
  const { refresh, origin } = pair(t)
  const silent = await silentServer(t)
  origin(`${silent.url}/source`)
  const start = performance.now()
  t.same(await refresh({}, 700), {
    outcome: 'not_fetched',
    warnings: ['origin was not fetched: no end within 0.7 s'],
  })
  await silent.met
  t.ok(performance.now() - start < 10_000)
})

t.test('over HTTP: credentials come from git’s own helpers, nobody is asked, and none is shown', async t => {
  const { base, source, checkout, refresh, origin } = pair(t)
  const http = await gitHttp(t, base)
  await t.test('without a credential it fails at once', async t => {
    origin(`${http.url}/source`)
    const { outcome, warnings } = await refresh()
    t.equal(outcome, 'not_fetched')
    t.match(warnings, [/origin was not fetched: could not read Username/])
  })
  await t.test('no program of the environment or of the configuration is asked', async t => {
    origin(`${http.url}/source`)
    const asked = join(base, 'asked')
    const program = join(base, 'askpass')
    writeFileSync(program, `#!/bin/sh\ntouch ${asked}\necho s3cret\n`, { mode: 0o755 })
    git(checkout, 'config', 'core.askPass', program)
    const environment = { ...gitEnvironment, GIT_ASKPASS: program, SSH_ASKPASS: program, DISPLAY: ':0' }
    const known = { remotes: ['origin'], branchFault: undefined }
    const { warnings } = await refreshRepository(gitMaker(t, environment)(checkout), known, settings)
    t.match(warnings, [/origin was not fetched: could not read Username/])
    t.notOk(existsSync(asked))
  })
  await t.test('what git sets for its hooks leads nowhere else', async t => {
    origin(source)
    const environment = { ...gitEnvironment, GIT_DIR: '/nowhere', GIT_WORK_TREE: '/', GIT_INDEX_FILE: '/x' }
    const known = { remotes: ['origin'], branchFault: undefined }
    t.same(await refreshRepository(gitMaker(t, environment)(checkout), known, settings), {
      outcome: 'fetched',
      warnings: [],
    })
  })
  await t.test('with a wrong one in the URL, which is not shown', async t => {
    origin(`http://me:wr0ng@127.0.0.1:${http.port}/source`)
    const { warnings } = await refresh()
    t.match(warnings, [/origin was not fetched: Authentication failed/])
    t.notMatch(warnings.join(), /wr0ng/)
    t.ok(http.seen.includes(`Basic ${btoa('me:wr0ng')}`), 'it was tried')
  })
  await t.test('with a helper', async t => {
    origin(`${http.url}/source`)
    writeFileSync(join(base, 'credentials'), `http://me:s3cret@127.0.0.1:${http.port}\n`, { mode: 0o600 })
    git(checkout, 'config', 'credential.helper', `store --file ${join(base, 'credentials')}`)
    const newest = commit(source, 'second')
    t.same(await refresh(), { outcome: 'fetched', warnings: [] })
    t.equal(head(checkout, 'origin/main'), newest)
  })
})

t.test('submodules are brought up to date where that is configured, and missed aloud', async t => {
  const { base, source, checkout, refresh, origin } = pair(t)
  repository(join(base, 'inner'))
  const daemon = await gitDaemon(t, base)
  origin(`${daemon.url}/source`)
  // From files, for what is run here and now keeps the daemon from answering.
  git(source, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', join(base, 'inner'), 'inner')
  git(source, 'config', '--file', '.gitmodules', 'submodule.inner.url', `${daemon.url}/inner`)
  git(source, 'commit', '-q', '-a', '-m', 'with a submodule')
  git(checkout, 'pull', '-q', source, 'main')
  t.same(await refresh(), { outcome: 'fetched', warnings: [] })
  t.notOk(existsSync(join(checkout, 'inner/first')), 'not unless it is wanted')
  await refresh({ submodules: true })
  t.ok(existsSync(join(checkout, 'inner/first')))

  git(checkout, 'submodule', 'deinit', '-q', '-f', 'inner')
  git(checkout, 'config', '--file', '.gitmodules', 'submodule.inner.url', 'git://127.0.0.1:1/inner')
  rmSync(join(checkout, '.git/modules'), { recursive: true })
  await t.rejects(refresh({ submodules: true }), {
    name: 'UserError',
    message: /the submodules cannot be brought up to date: .*(?:127\.0\.0\.1|inner)/,
    fix: /repository\.submodules = false/,
  })
})

t.test('a lock file in the way is told, and stays; so is a default branch that is nowhere', async t => {
  const { base, source, checkout, refresh, origin } = pair(t)
  const daemon = await gitDaemon(t, base)
  origin(`${daemon.url}/source`)
  commit(source, 'second')
  git(source, 'branch', 'other')
  const lock = join(checkout, '.git/refs/remotes/origin/other.lock')
  mkdirSync(dirname(lock), { recursive: true })
  writeFileSync(lock, '')
  const { outcome, warnings } = await refresh({ default_branch: 'trunk' })
  t.equal(outcome, 'not_fetched')
  t.match(warnings, [
    /origin was not fetched: .*other.*(?:lock|File exists)/,
    /default_branch is trunk, a branch neither here nor on a remote; there are: main/,
  ])
  t.ok(existsSync(lock))
})
