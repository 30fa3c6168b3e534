import { readFileSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { migrationNames } from '../../../services/store/migration-names.ts'
import { makeClone } from '../../end-to-end/clone.ts'
import { until } from '../../until.ts'

t.setTimeout(280_000)

/** The environment of sessions has tests of its own; here it would only take its time. */
const environment = { DEBUG_SERVER__ENVIRONMENT__MANAGER: 'none', DEBUG_SERVER_TOKEN: 'x' }

/** One for all of them, since each clone compiles its sources. The first test finds it as it was cloned. */
const clone = makeClone(t)

t.test('the first run makes and tells all, the second finds it up to date', async t => {
  const first = await clone.task(['bootstrap'], environment)
  t.equal(first.code, 0, first.stderr)
  t.match(
    first.stdout,
    /^The administrator's token, shown this once and kept in .*admin-token:\n {2}dst_[\w-]{43}\nBootstrap complete\n/,
  )
  t.match(first.stdout, /warning: the repository has no remote: nothing was fetched/)
  t.match(first.stderr, /applied migration 0001-first-light/)
  const token = readFileSync(clone.path('.artifacts/secrets/admin-token'), 'utf8').trim()
  t.ok(first.stdout.includes(token))
  const second = await clone.task(['bootstrap'], environment)
  t.equal(second.code, 0, second.stderr)
  t.notMatch(second.stdout, /dst_/, 'no secret is told again')
  for (const said of [
    /repository +… up to date: .*, at [0-9a-f]{40}/,
    /storage +… up to date: the store's schema/,
    /token +… up to date: the token in /,
    /environment +… skipped: /,
    /refresh +… skipped: no remote to fetch/,
  ])
    t.match(second.stderr, said)
  t.equal(clone.git('status', '--porcelain'), '')

  const cleaned = await clone.task(['clean', '--all', '--yes'], environment)
  t.equal(cleaned.code, 0, cleaned.stderr)
  const anew = await clone.task(['bootstrap'], environment)
  t.equal(anew.code, 0, anew.stderr)
  t.match(anew.stdout, /shown this once/)
})

t.test('up needs all of it but what asks other hosts', async t => {
  const planOf = async (task: string) => (await clone.task(['--plan', task], environment)).stdout
  const [up, bootstrap] = [await planOf('up'), await planOf('bootstrap')]
  for (const both of [/\bbinaries\b/, /\brepository\b/, /\bstorage\b/, /\btoken\b/]) {
    t.match(up, both)
    t.match(bootstrap, both)
  }
  for (const one of [/\brefresh\b/, /\benvironment\b/, /\bcertificates\b/]) {
    t.notMatch(up, one)
    t.match(bootstrap, one)
  }
})

t.test('two at once: the later one waits, and says so', async t => {
  t.equal((await clone.task(['bootstrap'], environment)).code, 0)
  const lock = new DatabaseSync(clone.path('.artifacts/run/bootstrap.lock'))
  lock.exec('begin exclusive')
  const waiting = clone.start(['tasks/cli.mjs', 'bootstrap'], environment)
  await until('it says that it waits', () =>
    /another bootstrap of this clone is under way; waiting for it/.test(waiting.stderr()),
  )
  t.equal(waiting.child.exitCode, null)
  // As `clean --all` does it: what is up to date was found so in what is gone now.
  rmSync(clone.path('.artifacts/task'), { recursive: true })
  lock.close()
  const waited = await waiting.finished
  t.equal(waited.code, 0, waited.stderr)
  t.match(waited.stderr, /warning: nothing more of this run is remembered: it was removed meanwhile/)

  const both = await Promise.all([
    clone.task(['clean', '--all', '--yes']),
    clone.task(['bootstrap'], environment),
    clone.task(['bootstrap'], environment),
  ])
  for (const { code, stderr } of both) t.equal(code, 0, stderr)
  t.equal((await clone.task(['bootstrap'], environment)).code, 0)
  t.equal((await clone.task(['check'], environment)).code, 0)
})

t.test(
  'the store and its tokens from the command line, without a server, where DEBUG_SERVER_DB_URL says',
  async t => {
    const own = { ...environment, DEBUG_SERVER_DB_URL: 'sqlite:.artifacts/own/store.db' }
    const said = async (...words: string[]) => {
      const { code, stdout, stderr } = await clone.task(words, own)
      t.equal(code, 0, `${words.join(' ')}\n${stderr}`)
      return stdout
    }
    t.equal(await said('db:current'), 'base\n')
    t.match(await said('db:upgrade', '0002'), /^applied 0001-first-light\napplied 0002-leases\n$/)
    t.equal(await said('db:current'), '0002-leases\n')
    t.match(JSON.parse(await said('db:history', '--json')), [
      { state: 'applied' },
      { state: 'applied' },
      { state: 'pending' },
    ])
    await said('db:upgrade')
    t.match(await said('token:create', 'ops', '--scopes', 'admin,cli'), /^dst_[\w-]{43}\n$/)
    t.match(
      JSON.parse(await said('token:create', 'ci', '--scopes', 'cli', '--expires-in', '30d', '--json')),
      {
        name: 'ci',
        token: /^dst_/,
      },
    )
    t.match(await said('token:list'), /ops +valid +never +- +admin,cli\n/)
    t.match(await said('token:revoke', 'ops'), /^tok_\w+ ops revoked\n$/)
    t.match(await said('db:backup', 'copy.db'), /copy\.db: \d+ bytes, verified\n$/)
    t.match(await said('db:downgrade', 'base', '--yes'), new RegExp(`^took back ${migrationNames.at(-1)}\n`))
    t.match(
      await said('db:restore', 'copy.db'),
      /restored from .*copy\.db\n {2}what was there is kept as .*own\/store\.db\.before-restore\n$/,
    )
    t.match(await said('token:list'), /ops +revoked/)
  },
)
