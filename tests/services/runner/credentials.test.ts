import { chmodSync, chownSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { readTokenFile } from '../../../services/runner/git/token-file.ts'
import { authority, type Before, httpsGitServer } from './https-git-server.ts'
import { runnerRig } from './rig.ts'

t.setTimeout(240_000)

const secret = 'tok-1f0c9d5e77'
const user = 'reader'
const basic = Buffer.from(`${user}:${secret}`).toString('base64')

/** Command lines and environments of all processes of this machine that can be read. */
function processesText(): string {
  const texts: string[] = []
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== process.pid))
    for (const file of ['cmdline', 'environ'])
      try {
        texts.push(readFileSync(`/proc/${pid}/${file}`, 'utf8'))
      } catch {
        // It has gone meanwhile, or is not ours.
      }
  return texts.join('\n')
}

async function rigWith(t: Test, held: string, before?: Before) {
  const logged: string[] = []
  const log = pino(
    { level: 'trace' },
    new Writable({ write: (chunk, _, done) => done(void logged.push(`${chunk}`)) }),
  )
  const file = join(t.testdir({}), 'token')
  writeFileSync(file, `${held}\n`, { mode: 0o600 })
  const server = await httpsGitServer(t, '/', { user, secret: () => secret, ...(before ? { before } : {}) })
  const rig = await runnerRig(t, {
    log,
    git: {
      environment: { GIT_SSL_CAINFO: authority },
      credentials: { helper: '', tokens: [{ host: server.host, username: user, tokenFile: file }] },
    },
  })
  const told = async () =>
    JSON.stringify([
      logged,
      await rig.store.read(database => database.selectFrom('repositories').selectAll().execute()),
      await rig.store.read(database => database.selectFrom('sessions').selectAll().execute()),
    ])
  return { rig, server, file, told }
}

t.test('a token from a file opens a repository, and is found nowhere else', async t => {
  let during = ''
  const { rig, server, file, told } = await rigWith(t, secret, request => {
    if (request.headers.authorization !== undefined) during += processesText()
    return false
  })
  const origin = rig.origin()
  const repository = await rig.repository(`https://${server.host}${origin}/.git`)
  t.match(repository, { status: 'ready', failure_json: null })
  const session = await rig.session(repository, { revision: 'main' })
  t.match(session, { status: 'running' })
  const row = await rig.run(session, 'env; git config --list; cat .git/config')
  t.ok(server.seen.some(({ authorization }) => authorization === `Basic ${basic}`))
  t.match(during, 'git-remote-https', 'the processes were looked at while git fetched')
  const mirror = readFileSync(join(rig.files.mirror(repository.id), 'config'), 'utf8')
  for (const text of [during, await told(), rig.stdout(row), mirror])
    for (const word of [secret, basic]) t.notOk(text.includes(word))

  await t.test('it is read anew at each use', async t => {
    writeFileSync(file, 'another\n')
    await rig.session(repository, { revision: 'main' })
    t.match(await told(), 'access_denied')
    writeFileSync(file, secret)
    await rig.session(repository, { revision: 'main' })
    t.equal(
      (await rig.store.read(db => db.selectFrom('repositories').selectAll().execute()))[0]?.status,
      'ready',
    )
  })

  await t.test('a file that others may read is not used, and that is said', async t => {
    chmodSync(file, 0o640)
    const refused = await rig.repository(`https://${server.host}${origin}`)
    t.match(refused, { status: 'failed', failure_json: /access_denied.*may be read by others: chmod 600/ })
    t.notMatch(refused.failure_json, file)
  })
})

t.test('a server that refuses a token and says it back is not repeated', async t => {
  const wrong = 'tok-wrong-4711'
  const { rig, server, told } = await rigWith(t, wrong)
  const repository = await rig.repository(`https://${server.host}${rig.origin()}/.git`)
  t.match(repository, { status: 'failed', failure_json: /access_denied/ })
  t.ok(server.seen.some(({ authorization }) => authorization !== undefined))
  const text = await told()
  for (const word of [wrong, Buffer.from(`${user}:${wrong}`).toString('base64')]) t.notOk(text.includes(word))
})

t.test('credentials do not follow to another host', async t => {
  const root = t.testdir({})
  const other = await httpsGitServer(t, root, { user, secret: () => secret })
  const { rig, server } = await rigWith(t, secret, (request, response) => {
    if (request.headers.authorization === undefined) return false
    response.writeHead(302, { location: `https://${other.host}${request.url}` }).end()
    return true
  })
  const repository = await rig.repository(`https://${server.host}${rig.origin()}/.git`)
  t.match(repository, { status: 'failed' })
  t.ok(other.seen.length > 0, 'git was led there')
  for (const { authorization } of other.seen) t.equal(authorization, undefined)
})

t.test('a helper of git that is named is asked for the hosts that have no token', async t => {
  const { rig, server } = await rigWith(t, secret)
  const store = join(t.testdir({}), 'credentials')
  writeFileSync(store, `https://${user}:${secret}@${server.host.replace(':', '%3a')}\n`, { mode: 0o600 })
  const helped = await runnerRig(t, {
    git: {
      environment: { GIT_SSL_CAINFO: authority },
      credentials: { helper: `store --file ${store}`, tokens: [] },
    },
  })
  const url = `https://${server.host}${rig.origin()}/.git`
  t.match(await helped.repository(url), { status: 'ready' })
  const none = await runnerRig(t, { git: { environment: { GIT_SSL_CAINFO: authority } } })
  t.match(await none.repository(url), { status: 'failed', failure_json: /access_denied/ })
})

t.test('what may be a token file', async t => {
  const file = join(t.testdir({}), 'token')
  const fault = () => {
    const read = readTokenFile(file)
    return read.ok ? read.token : read.fault
  }
  t.match(fault(), /cannot be read/)
  writeFileSync(file, ' abc\n', { mode: 0o600 })
  t.equal(fault(), 'abc')
  for (const text of ['', 'a\nb', 'a b', 'a\0b']) {
    writeFileSync(file, text)
    t.match(fault(), /one token on one line/)
  }
  writeFileSync(file, 'a'.repeat(70_000))
  t.match(fault(), /too large/)
  chmodSync(file, 0o604)
  t.match(fault(), /read by others/)
  if (process.getuid?.() === 0) {
    chownSync(file, 12_345, 12_345)
    t.match(fault(), /another user's/)
  }
})
