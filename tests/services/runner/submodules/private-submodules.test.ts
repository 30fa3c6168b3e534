import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { authority, httpsGitServer } from '../https-git-server.ts'
import { git, runnerRig } from '../rig.ts'
import { headOf, nameSubmodules } from './submodule-rig.ts'

t.setTimeout(200_000)

const secret = 'tok-1f0c9d5e77'

t.test(
  'the credentials of the server are at work for a submodule once that is registered, not before',
  async t => {
    const server = await httpsGitServer(t, '/', { user: 'reader', secret: () => secret })
    // Besides the token a helper that would know as well, and what a user has at home.
    const entry = `https://reader:${secret}@${server.host.replace(':', '%3a')}\n`
    const netrc = `machine localhost login reader password ${secret}\n`
    const home = t.testdir({ token: secret, store: entry, '.netrc': netrc })
    const [token, store] = [join(home, 'token'), join(home, 'store')]
    for (const file of [token, store]) chmodSync(file, 0o600)
    const rig = await runnerRig(t, {
      git: {
        openSchemes: ['https'],
        environment: { GIT_SSL_CAINFO: authority, HOME: home },
        credentials: {
          helper: `store --file ${store}`,
          tokens: [{ host: server.host, username: 'reader', tokenFile: token }],
        },
      },
    })
    const urlOf = (origin: string) => `https://${server.host}${origin}/.git`
    const inner = rig.origin({ 'inner.txt': 'private\n' })
    const origin = rig.origin()
    nameSubmodules(origin, { path: 'inner', url: urlOf(inner), commit: headOf(inner) })
    const repository = await rig.repository(urlOf(origin))
    t.match(repository, { status: 'ready' })
    server.seen.length = 0
    const refused = await rig.session(repository)
    t.match(refused, { status: 'failed', failure_json: /submodule_unavailable.*"inner.*not registered/ })
    t.notMatch(refused.failure_json, secret)
    const asked = server.seen.filter(({ url }) => url.startsWith(`${inner}/`))
    t.ok(asked.length > 0, 'it was asked for')
    for (const { authorization } of asked) t.equal(authorization, undefined)

    await rig.repository(urlOf(inner))
    const session = await rig.session(repository)
    t.match(session, { status: 'running', failure_json: null })
    const row = await rig.run(
      session,
      'cat inner/inner.txt; env; git config --list; git -C inner config --list',
    )
    t.match(rig.stdout(row), /^private\n/)
    t.notMatch(rig.stdout(row), secret)
    t.equal(git(rig.files.worktree(session.id), 'status', '--porcelain'), '')
  },
)
