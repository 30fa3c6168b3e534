import { spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { agentEnvironment } from '../../../../../services/runner/debug/node/agent-environment.ts'
import { nodeRig } from './node-rig.ts'

t.setTimeout(240_000)

const canReplace = 'execve' in process

const files = {
  'app.cjs': `const { NODE_OPTIONS, DEBUG_SERVER_CHILDREN } = process.env
console.log(process.argv[2], DEBUG_SERVER_CHILDREN)
`,
  'one.test.cjs': "require('node:test').test('one', () => console.log('tested'))\n",
  'snapshot.cjs':
    "require('node:v8').startupSnapshot.setDeserializeMainFunction(() => console.log('thawed'))\n",
  'throws.cjs': "process.on('exit', () => {\n  throw new Error('late')\n})\n",
}

const size = "/VmSize:\\s+(\\d+)/.exec(require('node:fs').readFileSync('/proc/self/status', 'utf8'))[1]"
/** What Node takes of addresses by itself, in kilobytes. */
const bare = Number(spawnSync(process.execPath, ['-p', size], { encoding: 'utf8' }).stdout)

/** What would hang or fail under a debugger, and what it is to write. */
const lines: Readonly<Record<string, readonly [line: string, written: RegExp]>> = {
  'the process that starts tests': [
    '$NODE --test --test-reporter=tap one.test.cjs',
    /tested[\s\S]*# pass 1\n/,
  ],
  'one without permission': ['$NODE --permission --allow-fs-read=. app.cjs here', /^here undefined\n$/],
  'one without descriptors': ['ulimit -n 22; $NODE app.cjs here', /^here undefined\n$/],
  'one without memory for a thread': [
    `ulimit -v ${bare + 500_000}; $NODE app.cjs here`,
    /^here undefined\n$/,
  ],
  'one that has been a snapshot': [
    '$NODE --snapshot-blob s.blob --build-snapshot snapshot.cjs && $NODE --snapshot-blob s.blob',
    /^thawed\n$/,
  ],
  'one that does not see the socket': ['DEBUG_SERVER_NODE=/nowhere $NODE app.cjs here', /^here undefined\n$/],
  'one that is not told of a socket': ['env -u DEBUG_SERVER_NODE $NODE app.cjs here', /^here undefined\n$/],
}

/** Runs it under an agent whose debugger is elsewhere. `redirected`: how the shell is to start it. */
function launched(t: Test, options = '', redirected = '') {
  const top = realpathSync(mkdtempSync(join(tmpdir(), 'agent-')))
  t.teardown(() => rmSync(top, { recursive: true }))
  writeFileSync(join(top, 'app.cjs'), files['app.cjs'])
  const { PATH } = process.env
  const env = { PATH, ...agentEnvironment('/nowhere', options) }
  const words = ['-c', `exec "$0" app.cjs ${redirected}`, process.execPath]
  return spawnSync('/bin/sh', words, { cwd: top, env, encoding: 'utf8', timeout: 60_000 })
}

t.test('what a debugger would break runs on without one', async t => {
  const { debug } = nodeRig(t, {
    ...files,
    'sh.cjs': `const { status, stdout, stderr } = require('node:child_process').spawnSync(process.argv[2], { shell: true })
console.log(stdout + stderr + status)
`,
  })
  for (const [what, [line, written]] of Object.entries(lines))
    await t.test(what, async t => {
      const run = await debug('sh.cjs', {
        arguments: [line],
        environment: { NODE: process.execPath },
        follows: true,
      })
      const ended = await run.ended
      t.equal(ended, 0)
      const end = run.output.lastIndexOf('\n', run.output.length - 2) + 1
      t.match(run.output.slice(0, end), written)
      t.equal(run.output.slice(end), '0\n')
    })
})

t.test('what was launched to be debugged does not run without a debugger', async t => {
  t.match(launched(t, '--permission'), {
    ...{ status: 70, stdout: '' },
    stderr: 'debug-server: this program cannot be debugged: with --permission Node.js has no inspector\n',
  })
  t.match(launched(t), {
    ...{ signal: 'SIGKILL', stdout: '' },
    stderr: /^debug-server: its debugger cannot be reached: .*ENOENT/,
  })
  // Where that cannot be said, either.
  t.match(launched(t, '', '2>/dev/full'), { signal: 'SIGKILL', stdout: '' })
})

t.test('a program that cannot replace itself stays under its debugger', { skip: !canReplace }, async t => {
  const { debug } = nodeRig(t, {
    'stays.cjs': `for (const call of [[7], ['/bin/true', 'words'], ['/bin/true', ['\\0']], ['/bin/true', [], null]])
  try {
    process.execve(...call)
  } catch (error) {
    console.log(error.code)
  }
process.exitCode = 3
`,
  })
  const run = await debug('stays.cjs', { breakpoints: { 'stays.cjs': [{ line: 7 }] } })
  t.match(await run.next(), { reason: 'breakpoint' })
  t.equal(await run.go('continue'), 'terminated')
  t.equal(await run.ended, 3)
  t.match(run.output, /^(?:ERR_INVALID_ARG_\w+\n){4}/)
})

t.test('an exception while it exits is told as without a debugger', async t => {
  const { debug } = nodeRig(t, files)
  const run = await debug('throws.cjs', { exceptions: [] })
  t.equal(await run.ended, 1)
  t.notMatch(run.output, /debugger/)
  t.match(run.output, /throws.cjs:2\n {2}throw new Error\('late'\)\n/)
})
