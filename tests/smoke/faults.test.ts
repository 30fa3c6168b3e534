import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../until.ts'
import { write } from './room.ts'
import { lackOfRunGroups } from './run-groups.ts'
import { smokeRig } from './smoke-rig.ts'

t.setTimeout(280_000)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return address.port
}

// Each waits for most of its time.
t.jobs = 3

const hasGroups = (await lackOfRunGroups()) === false

const faults = [
  ['bootstrap-fails', 'bootstrap', /no python3 on this host/],
  ['bootstrap-dirties', 'bootstrap', /the clone is not clean any more:\n\?\? left.txt/],
  ['bootstrap-loses-git', 'bootstrap', /git status failed in .*not a git repository/],
  ['bundle-fails', 'bundle', /there is no program "uvx" on PATH/],
  ['up-fails', 'up', /the api crashed at import: see \/.*e2e-smoke\/.*\/services\/api\.log/],
  ['serves-another-nonce', 'ready', /did not say its nonce.*another/],
  ['types-are-wrong', 'structural', /number is no string/],
  ['contract-is-broken', 'structural', /described by nothing/],
  ['a-test-fails', 'full', /failed: tests\/b\.test\.ts/],
  ['verify-fails', 'verify-clean', /this checkout is not clean/],
  ['changes-modules', 'verify-clean', /installed is not as it was.*:\n {2}.*node_modules\n {2}.*added\.js$/],
  ['listens-elsewhere', 'confined', /listens where it should not: pid \d+ on 127.0.0.1:\d+/],
  [
    'listens-for-a-while',
    'confined',
    /listened where it should not:\n {2}pid \d+ \(.*cli\.mjs bootstrap\) on 127\.0\.0\.1:\d+ of TCP in "bootstrap", seen from /,
  ],
  ['leaves-a-daemon', 'down', /these processes are left: pid \d+ \(.*setInterval/],
  ...(hasGroups
    ? ([['leaves-an-escaped-daemon', 'down', /these processes are left: pid \d+ \(sleep 600\)/]] as const)
    : []),
  ['changes-what-was-before', 'untouched', /before\.json is not as it was written$/],
  ['writes-outside', 'untouched', /added .*\.codex\/config.toml/],
  ['writes-into-the-harness', 'untouched', /added .*root\/left.txt/],
] as const

for (const [fault, phase, reason] of faults)
  t.test(`${fault}: it fails at ${phase}, says why, and leaves nothing`, async t => {
    const rig = smokeRig(t, fault)
    const { code, stdout, stderr } = await rig.run(
      ...(phase === 'structural' ? [] : ['--test-scope', phase === 'full' ? 'full' : 'none']),
    )
    t.equal(code, 1)
    t.match(stderr, new RegExp(`smoke failed in "${phase}", with no agent: `))
    t.match(stdout, /\n {2}agent {6}no agent\n$/)
    const { outcome, failed } = rig.summary()
    t.equal(outcome, 'failed')
    t.equal(failed?.phase, phase)
    t.match(failed?.reason, reason)
    if (phase === 'full') t.match(stderr, 'passed: tests/a.test.ts', 'what passes is told as it comes')
    if (phase !== 'untouched' && fault !== 'listens-for-a-while')
      t.match(rig.evidence(`diagnosis-${phase}.txt`), /== Services[\s\S]*== Processes of the run/)
    t.same(rig.left(), [])
    t.same(rig.processes(), [])
    t.equal(existsSync(rig.source), true)
  })

t.test(
  'what has changed outside is told of a run that fails for something else, too, and nothing but that',
  async t => {
    const rig = smokeRig(t, 'bootstrap-writes-outside')
    // What the person has git ignore is theirs before and after.
    write(join(rig.home, '.config/git/ignore'), 'notes.txt\n')
    write(join(rig.home, '../root/notes.txt'))
    const { code, stderr } = await rig.run('--test-scope', 'none')
    t.equal(code, 1)
    const { failed, findings } = rig.summary()
    t.match(failed, { phase: 'bootstrap', reason: /no python3 either/ })
    const reason = /^outside of the workspace this has changed meanwhile:\n {2}added .*\.codex\/config\.toml$/
    t.match(
      findings.filter(({ phase }) => phase === 'untouched'),
      [{ reason }],
    )
    t.match(stderr, /found after the phases: untouched: /)
    t.match(rig.evidence('report.html'), /<h2>After the phases: untouched<\/h2>/)
    t.match(rig.evidence('junit.xml'), /<testsuite name="after the phases" tests="1"[\s\S]*name="untouched"/)
  },
)

t.test(
  'who takes the port of a run in the last moment keeps it: another is taken, unless it was asked for',
  async t => {
    const range = { DEBUG_SERVER__SMOKE__LOWEST_PORT: '20000', DEBUG_SERVER__SMOKE__HIGHEST_PORT: '29999' }
    for (const asked of [false, true]) {
      const rig = smokeRig(t, 'port-is-stolen', range)
      const words = asked ? ['--port', String(await freePort())] : []
      const running = rig.start('--test-scope', 'none', ...words)
      const chosen = () => Number(/the proxy will listen on (\d+)/.exec(running.stderr())?.[1])
      const port = await until('it has chosen a port', chosen)
      const thief = createServer(socket => socket.end()).listen(port, '127.0.0.1')
      t.teardown(() => thief.close())
      await once(thief, 'listening')
      t.match(await running.ended, { code: asked ? 1 : 0 })
      if (asked) t.match(rig.summary().failed, { phase: 'up', reason: new RegExp(`port ${port} is in use`) })
      else t.match(running.stderr(), /somebody has taken a port of these meanwhile/)
      t.equal(thief.listening, true)
      t.same(rig.left(), [])
      t.same(rig.processes(), [])
    }
  },
)
