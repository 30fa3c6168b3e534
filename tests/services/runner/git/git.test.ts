import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../../../lib/processes/identity.ts'
import { Git } from '../../../../services/runner/git/git.ts'
import { gitEnvironment } from '../../../../services/runner/git/git-environment.ts'
import { startHere } from '../../../../services/runner/spawning/start-here.ts'
import type { StartOnce } from '../../../../services/runner/spawning/started-process.ts'
import { fillWith, ownDisk } from '../../../chaos/own-disk.ts'
import { until } from '../../../until.ts'

const surroundings = { path: process.env.PATH ?? '', inherit: {}, configuration: [] }
// What somebody else starts holds nobody up; here its end is waited for.
const waiting = setInterval(() => undefined, 1_000)
t.teardown(() => clearInterval(waiting))
const gitAlong = (path: string, start?: StartOnce) =>
  new Git(
    { ...surroundings, path },
    ...([undefined, undefined, start && { start, scratch: t.testdirName }] as const),
  )
const ways = [
  ['as a child', undefined],
  ['started by somebody else', startHere],
] as const

t.test('the environment of git', async t => {
  process.env.GIT_DIR = '/nowhere'
  t.teardown(() => {
    delete process.env.GIT_DIR
  })
  const environment = gitEnvironment(
    {
      path: '/bin',
      inherit: { SSL_CERT_FILE: '/ca', LC_ALL: 'de_DE' },
      configuration: [['credential.helper', 'store']],
    },
    'file',
  )
  t.match(environment, {
    PATH: '/bin',
    SSL_CERT_FILE: '/ca',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    GIT_ALLOW_PROTOCOL: 'file',
  })
  t.notOk('GIT_DIR' in environment)
  t.notOk('HOME' in environment)
  const count = Number(environment.GIT_CONFIG_COUNT)
  t.equal(
    environment[`GIT_CONFIG_KEY_${count - 1}`],
    'credential.helper',
    'a helper that is named comes last',
  )
  t.equal(environment[`GIT_CONFIG_VALUE_${count - 1}`], 'store')
  t.equal(environment[`GIT_CONFIG_KEY_${count}`], undefined)

  await t.test('for a remote that is told nothing of this server', async t => {
    const inherit = { HOME: '/root', SSH_AUTH_SOCK: '/agent', SSL_CERT_FILE: '/ca' }
    const from = { path: '/bin', inherit, configuration: [['credential.helper', 'store']] as const }
    const anonymous = gitEnvironment(from, 'https', true)
    t.match(anonymous, { HOME: '/dev/null', SSH_AUTH_SOCK: '', SSL_CERT_FILE: '/ca' })
    const last = Number(anonymous.GIT_CONFIG_COUNT) - 1
    t.equal(anonymous[`GIT_CONFIG_KEY_${last}`], 'credential.helper')
    t.equal(anonymous[`GIT_CONFIG_VALUE_${last}`], '', 'it discards those named before it')
  })
})

for (const [how, start] of ways)
  t.test(how, async t => {
    t.test('calls', async t => {
      await using git = gitAlong(surroundings.path, start)
      t.match(await git.run(['--version']), { kind: 'done', stdout: /^git version/ })
      t.match(await git.run(['hash-object', '--stdin'], { input: 'hello\n' }), {
        stdout: 'ce013625030ba8dba906f756967f9e9ca394464a\n',
      })
      t.match(await git.run(['no-such-command']), { kind: 'failed', code: 1, stderr: /not a git command/ })
      t.match(await git.run(['ls-remote', 'ext::true']), {
        kind: 'failed',
        stderr: /transport 'ext' not allowed/,
      })
      const bytes = 'x'.repeat(3_000_000)
      const id = await git.run(['hash-object', '--stdin'], { input: bytes })
      t.match(id, { kind: 'done', stdout: /^[0-9a-f]{40}\n$/ }, 'more than a pipe holds')
      await using missing = gitAlong('/nowhere', start)
      t.match(await missing.run(['--version']), {
        kind: 'failed',
        code: null,
        stderr: /could not be started/,
      })
    })

    t.test('a call that takes too long, says nothing, or is given up, leaves no process', async t => {
      const folder = t.testdir({})
      const script = join(folder, 'git')
      writeFileSync(script, '#!/bin/sh\nsleep 300 &\necho pid $! >&2\nwait\n', { mode: 0o755 })
      await using git = gitAlong(`${folder}:${surroundings.path}`, start)
      const pidOf = (text: string) => identify(Number(/pid (\d+)/.exec(text)?.[1]))
      for (const call of [{ totalMs: 300 }, { silenceMs: 300 }]) {
        const outcome = await git.run(['x'], call)
        if (outcome.kind !== 'timed_out') throw new Error(outcome.kind)
        t.match(outcome.stderr, /pid \d+/)
        const left = pidOf(outcome.stderr)
        t.notOk(left !== undefined && isAlive(left))
      }
      const controller = new AbortController()
      const call = git.run(['x'], { signal: controller.signal })
      controller.abort(new Error('given up'))
      await t.rejects(call, { message: 'given up' })
      await t.rejects(git.run(['x'], { signal: controller.signal }), { message: 'given up' })
      const pidFile = join(folder, 'pid')
      writeFileSync(
        script,
        `#!/bin/sh\necho $$ >${pidFile}.draft\nmv ${pidFile}.draft ${pidFile}\nexec sleep 300\n`,
      )
      const last = git.run(['x'])
      await until('its start', () => existsSync(pidFile))
      await git[Symbol.asyncDispose]()
      t.match(await last, { kind: 'failed' }, 'disposing ends what is under way')
      t.notOk(identify(Number(readFileSync(pidFile, 'utf8'))))
      t.match(await git.run(['x']), { kind: 'failed', code: null }, 'and nothing begins any more')
    })
  })

t.test('of a start that nobody can tell of nothing is left, and git is started once more', async t => {
  const folder = t.testdir({})
  const log = join(folder, 'log')
  writeFileSync(
    join(folder, 'git'),
    `#!/bin/sh\necho $$ $1 >>${log}\n[ -e ${log}.2 ] || { >${log}.2; exec sleep 300; }\n`,
    {
      mode: 0o755,
    },
  )
  const lines = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [])
  for (const told of ['not of its start', 'not of its end'] as const) {
    await t.test(`told ${told}`, async t => {
      const start: StartOnce = async request => {
        const { pid } = await startHere(request)
        await until('its start', () => existsSync(`${log}.2`))
        return told === 'not of its start' ? 'untold' : { pid, ended: Promise.resolve('untold') }
      }
      await using git = gitAlong(`${folder}:${surroundings.path}`, start)
      t.match(await git.run(['x']), { kind: 'done' })
      const [first, second, ...more] = lines()
      t.same(more, [])
      t.match(second, / x$/)
      t.notOk(identify(Number(first?.split(' ')[0])))
      for (const file of [log, `${log}.2`]) rmSync(file)
    })
  }
})

t.test('on a full disk git can still be asked', async t => {
  const scratch = mkdtempSync(join(tmpdir(), 'git-'))
  t.teardown(() => rmSync(scratch, { recursive: true }))
  using disk = ownDisk(scratch)
  if (disk.kind === 'shared') return void t.pass('not mounted', { skip: disk.reason })
  await using git = new Git(surroundings, undefined, undefined, { start: startHere, scratch })
  fillWith(join(scratch, 'filler'))
  t.match(await git.run(['--version']), { kind: 'done', stdout: /^git version/ })
  t.match(await git.run(['hash-object', '--stdin'], { input: 'hello\n' }), { kind: 'done' })
  t.match(await git.run(['no-such-command']), { kind: 'failed', stderr: /not a git command/ })
})

t.test('one that goes on speaking is not silent', async t => {
  const folder = t.testdir({})
  writeFileSync(
    join(folder, 'git'),
    '#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8; do echo $i >&2; sleep 0.1; done\n',
    {
      mode: 0o755,
    },
  )
  await using git = gitAlong(`${folder}:${surroundings.path}`)
  t.match(await git.run(['x'], { silenceMs: 600 }), { kind: 'done' })
})
