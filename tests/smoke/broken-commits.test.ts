import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { readEnvironment } from '../../smoke/sandbox/environment-file.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import type { Clone } from '../end-to-end/clone.ts'
import { until } from '../until.ts'
import { type Edit, edit, realRig } from './real-project.ts'
import type { Ended } from './smoke-rig.ts'

/**
 * This project itself, broken by one commit at a time: what a smoke of that says. What is committed is installed and bootstrapped once; each
 * commit but the first is tried in that workspace.
 */
t.setTimeout(280_000)

type Break = Edit & {
  readonly phase: string
  readonly reason: RegExp
  readonly words?: readonly string[]
}

/** A migration that is no SQL. */
const migration: Break = {
  file: 'services/store/migrations/0001-first-light.ts',
  from: '  const { schema } = database\n',
  to: "  const { schema } = database\n  await sql.raw('create table broken (').execute(database)\n",
  phase: 'bootstrap',
  reason: /the migration 0001-first-light fails: incomplete input/,
}

const later: Readonly<Record<string, Break>> = {
  'a service that crashes at import': {
    ...{ file: 'services/runner/main.ts', from: "import { homedir } from 'node:os'\n" },
    to: "import { homedir } from 'node:os'\nthrow new Error('out of order')\n",
    ...{
      phase: 'up',
      reason: /Error: out of order[\s\S]*its whole log: .*runner\.log/,
    },
  },
  'a program that this host lacks': {
    ...{ file: 'config/bootstrap.toml', from: 'required_binaries = ["git"]' },
    to: 'required_binaries = ["git", "no-such-tool"]',
    ...{ phase: 'up', reason: /not on PATH: no-such-tool/ },
  },
  'a service that writes into its checkout': {
    ...{ file: 'services/api/main.ts', from: "import { dirname } from 'node:path'\n" },
    to: "import { writeFileSync } from 'node:fs'\nimport { dirname } from 'node:path'\nwriteFileSync('left.txt', '')\n",
    ...{ phase: 'up', reason: /the clone is not clean any more:\n\?\? left\.txt/ },
  },
  'a tool that is called something else': {
    ...{ file: 'services/proxy/programs/grep/grep.ts', from: "    'grep',\n", to: "    'search',\n" },
    ...{ phase: 'agent:bundle-tools', reason: /grep: it failed: /, words: ['--agent', 'mcp'] },
  },
}

t.test('a commit that breaks this project fails where it is broken, with words that say so', async t => {
  const { rig, source } = realRig(t)
  const commits = new Map([['as it is', source.git('rev-parse', 'HEAD').trim()]])
  for (const [name, one] of Object.entries({ migration, ...later })) commits.set(name, committed(source, one))
  const places = placesIn(join(rig.temporary, 'w'))
  const start = (name: string, words: readonly string[] = []) =>
    rig.start(
      ...['--revision', commits.get(name) ?? '', '--test-scope', 'none'],
      ...['--workspace', places.workspace, '--keep-workspace', ...words],
    )
  const fails = async (
    name: string,
    { phase, reason }: Pick<Break, 'phase' | 'reason'>,
    ended: Promise<Ended>,
  ) => {
    const { code, stderr } = await ended
    t.equal(code, 1, name)
    const { outcome, failed, findings } = rig.summary()
    t.match({ outcome, failed }, { outcome: 'failed', failed: { phase, reason } }, name)
    t.same(findings, [], `${name}: and nothing else`)
    t.match(stderr, `smoke failed in "${phase}"`, name)
    t.match(rig.evidence(`diagnosis-${phase.replace(':', '-')}.txt`), /== Services/, name)
    t.same(rig.processes(), [], `${name}: nothing is left`)
  }

  await fails('migration', migration, start('migration').ended)
  const git = (...words: string[]) =>
    execFileSync('git', words, { cwd: places.clone, encoding: 'utf8', stdio: 'pipe' })
  // As whoever mends it would: the clone has its dependencies already.
  git('checkout', '--quiet', '--detach', commits.get('as it is') ?? '')
  const env = await readEnvironment(places)
  const inClone = (...words: string[]) =>
    execFileSync(process.execPath, words, { cwd: places.clone, env, stdio: 'pipe' })
  inClone('tasks/cli.mjs', 'bootstrap')
  inClone('client/cli/bin.mjs', 'mcp-server', 'install-bundle', '--no-restart')

  for (const [name, one] of Object.entries(later)) {
    git('clean', '--quiet', '--force')
    git('checkout', '--quiet', '--detach', commits.get(name) ?? '')
    await fails(name, one, start(name, one.words).ended)
  }

  git('checkout', '--quiet', '--force', '--detach', commits.get('as it is') ?? '')
  // One that was asked for: another one would be taken in the place of one that was chosen.
  const port = await freePort()
  const running = start('as it is', ['--port', `${port}`])
  await until('its ports are chosen', () => running.stderr().includes(`the proxy will listen on ${port}`))
  const thief = createServer(socket => socket.end()).listen(port, '127.0.0.1')
  t.teardown(() => thief.close())
  await once(thief, 'listening')
  await fails(
    'a port that is stolen',
    { phase: 'up', reason: new RegExp(`port ${port}, which was asked for as proxy.port, is in use`) },
    running.ended,
  )
  t.equal(thief.listening, true)
  t.same(rig.left(), ['w'])
})

async function freePort(): Promise<number> {
  await using server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('it listens on no port')
  return address.port
}

/** A commit beside the others, with what is broken in it. */
function committed(source: Clone, one: Edit): string {
  const { git } = source
  git('checkout', '--quiet', '--detach', 'main')
  edit(source, one)
  git('commit', '--quiet', '--all', '--message', `Break ${one.file}`)
  git('branch', one.file.replaceAll(/\W/g, '-'))
  return git('rev-parse', 'HEAD').trim()
}
