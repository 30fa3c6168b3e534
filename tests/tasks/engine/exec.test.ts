import { spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { identify } from '../../../lib/processes/identity.ts'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { Starters } from '../../../tasks/engine/commands/starters.ts'
import { createExec } from '../../../tasks/engine/exec.ts'
import { anyAlive, zoo } from '../../lib/processes/zoo.ts'
import { idleStarters, skip, untilIdle } from './commands/rig.ts'

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'exec-')))
const scope = new ProcessScope()
const environment = { PATH: process.env.PATH, KEPT: 'kept', GONE: 'gone' }
t.teardown(async () => {
  await scope.end()
  rmSync(directory, { recursive: true })
})

/** Each of them, with commands that this process starts and with those that a starter does. */
function tests(t: Test, starters?: Starters): void {
  const rig = async (signal = new AbortController().signal) => {
    const lines: string[] = []
    const terminal: boolean[] = []
    if (starters !== undefined) await untilIdle(starters)
    const exec = createExec({
      scope,
      signal,
      cwd: directory,
      environment,
      starters,
      log: (source, line) => lines.push(`${source}: ${line}`),
      terminal: taken => terminal.push(taken),
    })
    return { lines, terminal, exec, sh: (text: string, options = {}) => exec('sh', ['-c', text], options) }
  }

  t.test('log: lines go to the log, and are returned', async t => {
    const { sh, lines } = await rig()
    const result = await sh("echo a; echo c >&2; printf '10%%\\r20%%\\r\\n'")
    t.same(
      lines.filter(line => line.startsWith('stdout')),
      ['stdout: a', 'stdout: 20%'],
    )
    t.ok(lines.includes('stderr: c'))
    t.match(result, { exitCode: 0, signal: null, stderr: 'c\n' })
  })

  t.test('capture: whole, and not logged', async t => {
    const { sh, lines } = await rig()
    const { stdout, stderr } = await sh('head -c 3000000 /dev/zero | tr "\\0" x; echo e >&2', {
      output: 'capture',
    })
    t.equal(stdout.length, 3_000_000)
    t.equal(stderr, 'e\n')
    t.same(lines, [])
  })

  t.test('inherit: the terminal is taken and given back', async t => {
    const { exec, terminal } = await rig()
    t.match(await exec('true', [], { output: 'inherit' }), { exitCode: 0, stdout: '' })
    t.same(terminal, [true, false])
  })

  t.test('directory, environment and input', async t => {
    const { sh } = await rig()
    const text = 'pwd; echo "$KEPT $GONE $NEW"; cat'
    const result = await sh(text, {
      env: { GONE: undefined, NEW: 'new' },
      input: 'from stdin',
      output: 'capture',
    })
    t.equal(result.stdout, `${directory}\nkept  new\nfrom stdin`)
    t.equal((await sh('cat', { output: 'capture' })).stdout, '', 'without input stdin is empty')
    t.equal((await sh('exit 0', { input: 'x'.repeat(1_000_000) })).exitCode, 0, 'input that nobody reads')
  })

  t.test('a failure names the command, its end, and what it said last', async t => {
    const { exec, sh } = await rig()
    await t.rejects(sh('echo one; echo "two words" >&2; exit 3', { output: 'capture' }), {
      name: 'CommandError',
      message: `sh -c 'echo one; echo "two words" >&2; exit 3' exited with code 3`,
      fault: { kind: 'exit', code: 3 },
      lastLines: ['two words'],
    })
    await t.rejects(sh('kill -9 $$'), { message: /was ended by SIGKILL$/ })
    t.match(await sh('exit 3', { check: false }), { exitCode: 3, signal: null })
    t.match(await sh('kill -9 $$', { check: false }), { exitCode: null, signal: 'SIGKILL' })
    await t.rejects(exec('no-such-program'), { name: 'UserError', message: 'no-such-program is not found' })
    await t.rejects(exec('true', [], { cwd: '/no/such' }), {
      name: 'UserError',
      message: /in \/no\/such: no such directory/,
    })
    await t.rejects(exec(directory), { name: 'UserError', message: /may not be executed/ })
    await t.rejects(exec('true', ['x'.repeat(3_000_000)]), { name: 'UserError', message: /are too long/ })
  })

  t.test('a time limit ends the command and what it started, and nothing else', async t => {
    const { sh, lines } = await rig()
    const other = sh('echo ready; read line', { input: undefined, check: false })
    await t.rejects(sh(`${zoo.setsid} ${zoo.tree}`, { timeoutMs: 300 }), {
      message: / did not end within 0.3 s$/,
      fault: { kind: 'timeout', timeoutMs: 300 },
    })
    const pids = lines.flatMap(line => [Number(/pid (\d+)/.exec(line)?.[1])]).filter(pid => pid > 0)
    t.equal(pids.length, 5)
    t.notOk(anyAlive(pids.map(identify)))
    await other
  })

  t.test('a daemon that holds stdout does not hold the command', async t => {
    const { sh } = await rig()
    const started = performance.now()
    const { stdout } = await sh('sleep 300 & echo done', { output: 'capture' })
    t.equal(stdout, 'done\n')
    t.ok(performance.now() - started < 30_000)
  })

  t.test('a command that closes its streams and goes on is waited for', async t => {
    const { sh } = await rig()
    const started = performance.now()
    const { stdout, exitCode } = await sh('echo said; exec >&- 2>&-; sleep 0.4; exit 7', { check: false })
    t.same({ stdout, exitCode }, { stdout: 'said\n', exitCode: 7 })
    t.ok(performance.now() - started >= 390)
  })

  t.test('aborted: the command is not started, or its end is awaited and the reason thrown', async t => {
    const control = new AbortController()
    const { sh } = await rig(control.signal)
    const promise = sh('sleep 0.2')
    control.abort(new Error('the reason'))
    await t.rejects(promise, { message: 'the reason' })
    await t.rejects(sh('true'), { message: 'the reason' })
  })

  t.test('50 MB in one line: in pieces, in bounded memory', async t => {
    let length = 0
    let longest = 0
    const exec = createExec({
      scope,
      signal: new AbortController().signal,
      cwd: directory,
      environment,
      starters,
      log: (_, line) => {
        length += line.length
        longest = Math.max(longest, line.length)
      },
      terminal: () => {},
    })
    const { stdout } = await exec('sh', ['-c', 'head -c 50000000 /dev/zero | tr "\\0" x'])
    t.equal(length, 50_000_000)
    t.ok(longest <= 65_536)
    t.ok(stdout.length <= 2 * 2 ** 20)
  })
}

t.test('started here', async t => tests(t))

t.test('too many files are open: said of the command, and the next one is watched over', async t => {
  const url = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href)
  const text = `
    import { closeSync, openSync } from 'node:fs'
    import { ProcessScope } from ${url('lib/processes/process-scope.ts')}
    import { processTable } from ${url('lib/processes/process-table.ts')}
    import { Sentinel } from ${url('lib/processes/sentinel.ts')}
    import { startHere } from ${url('tasks/engine/commands/start-here.ts')}
    await using sentinel = new Sentinel()
    const scope = new ProcessScope({ sentinel })
    const environment = { PATH: process.env.PATH }
    const request = { file: 'true', args: [], cwd: '/', environment, input: undefined, inherits: false }
    const start = () => startHere(scope, request).outcome.catch(error => error.toText())
    const watching = () => processTable().entries.filter(entry => entry.ppid === process.pid && !entry.zombie).length
    const held = []
    try {
      for (;;) held.push(openSync('/dev/null'))
    } catch {}
    closeSync(held.pop()) // one is enough to read, and too few for the streams of a command
    const refused = await start()
    for (const fd of held) closeSync(fd)
    const told = [refused, watching(), await start(), watching()]
    process.stdout.write(JSON.stringify(told))`
  const node = [process.execPath, '--input-type=module-typescript', '-e', text]
  const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -n 64; exec "$@"', 'sh', ...node], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  t.equal(stderr, '')
  const [refused, ...others] = JSON.parse(stdout)
  t.match(refused, /^true cannot be started: too many files are open\n.*ulimit -n/)
  t.same(others, [0, { kind: 'ended', exitCode: 0, signal: null }, 1])
})

t.test('started by a starter', { skip }, async t => {
  const { starters } = await idleStarters(t, { environment, limit: 2 })
  tests(t, starters)
})
