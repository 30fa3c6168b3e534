import { readFileSync } from 'node:fs'
import t from 'tap'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import { mostChildren } from '../../../../../services/runner/debug/children/child-sessions.ts'
import { listDebugSessions } from '../../../../../services/store/debug-sessions.ts'
import { toDebugSession } from '../../../../../services/store/rows.ts'
import { until } from '../../../../until.ts'
import { debugRig, type LaunchOptions } from '../debug-rig.ts'

const app = `const { execFileSync, fork, spawn, spawnSync } = require('node:child_process')
const cluster = require('node:cluster')
const node = process.execPath
const ends = child => new Promise(resolve => child.on('exit', (code, signal) => resolve(code ?? signal)))
const ways = {
  fork: () => ends(fork('child.cjs')),
  spawn: () => ends(spawn('node', ['child.cjs'], { stdio: 'inherit' })),
  spawnSync: () => spawnSync(node, ['child.cjs']).status,
  execFileSync() {
    try {
      return execFileSync(node, ['child.cjs'])
    } catch ({ status }) {
      return status
    }
  },
  shell: () => ends(spawn('node child.cjs; exit $?', { shell: true })),
  cluster() {
    cluster.setupPrimary({ exec: 'child.cjs' })
    return ends(cluster.fork().process)
  },
  execve: () => ends(spawn(node, ['becomes.cjs'])),
}
Promise.resolve(ways[process.argv[2]]()).then(code => console.log(code))
`

const files = {
  'app.cjs': app,
  'work.cjs': `exports.work = function work(n) {
  const doubled = n * 2
  return doubled
}
`,
  'child.cjs': `const { work } = require('./work.cjs')
work(21)
process.on('exit', () => (process.exitCode = 5))
process.disconnect?.()
`,
  'becomes.cjs': `process.execve(process.execPath, [process.execPath, __dirname + '/child.cjs'])\n`,
  'shell.cjs': `process.execve('/bin/sh', ['sh', '-c', 'exit 3'])\n`,
  'ends.cjs': `const { spawn } = require('node:child_process')
const { name = 'spins', count = 1, wait = 0 } = JSON.parse(process.argv[2] ?? '{}')
for (let n = 0; n < count; n += 1)
  spawn(process.execPath, [name + '.cjs', String(n)], { stdio: 'inherit' })
    .on('exit', (code, signal) => console.log(code ?? signal))
setTimeout(() => {}, wait)
`,
  'spins.cjs': 'let turns = 0\nsetInterval(() => {\n  turns += 1\n}, 10)\n',
  'parent.cjs': `require('node:child_process').spawn(process.execPath, ['inner.cjs']).on('exit', code => process.exit(code + 1))\n`,
  'inner.cjs': "require('./work.cjs').work(1)\nprocess.exit(6)\n",
  'sees.cjs': `const { NODE_OPTIONS, DEBUG_SERVER_NODE, DEBUG_SERVER_CHILDREN } = process.env
console.log(NODE_OPTIONS, DEBUG_SERVER_NODE, DEBUG_SERVER_CHILDREN)
`,
  'throws.cjs': "throw new TypeError('no')\n",
  'waits.cjs': 'let there = 1\nsetTimeout(() => {}, 2_000)\n',
  'outlives.cjs': `const { spawn } = require('node:child_process')
spawn(process.execPath, ['spins.cjs'], { detached: true, stdio: 'ignore' }).unref()
setTimeout(() => {}, 3_000)
`,
}

t.setTimeout(600_000)

const node = (file: string, options: Partial<LaunchOptions> = {}): LaunchOptions => ({
  program: { kind: 'node', file },
  ...options,
})
const standing = ({ status }: DebugSession) => status === 'stopped'
const running = ({ status }: DebugSession) => status === 'running'
const over = ({ status }: DebugSession) => status === 'ended'

t.test('processes of Node.js that a program starts', async t => {
  const { rig, client, session, launch, children, answer, state, evaluate } = await debugRig(t, files)
  const stored = async (of: { id: string }) => {
    const rows = await listDebugSessions(rig.store, session.id)
    return rows.map(toDebugSession).filter(({ parent }) => parent === of.id)
  }
  const first = async (...how: Parameters<typeof children>) => {
    const [child] = await children(...how)
    if (child === undefined) throw new Error('there is none')
    return child
  }

  for (const how of ['fork', 'spawn', 'spawnSync', 'execFileSync', 'shell', 'cluster', 'execve'])
    await t.test(`one is debugged that is started by ${how}`, async t => {
      const debug = await launch(node('app.cjs', { arguments: [how], breakpoints: ['work.cjs:2'] }))
      const child = await first(debug, 1, standing)
      t.match(child, {
        ...{ parent: debug.id, command: debug.command, engine: 'node' },
        stop: { reason: 'breakpoint', frame: { file: 'work.cjs', line: 2, name: 'work' } },
      })
      t.match(await evaluate(child, 'n'), { value: '21' })
      t.match(await state(child, 'debug.next'), { stop: { frame: { line: 3 } } })
      t.match(await evaluate(child, 'doubled'), { value: '42' })
      await answer(child, 'debug.continue', { wait: 0 })
      t.match(await state(child, 'debug.status'), { end: { reason: 'exited', exit_code: 5 } })
      t.match(await state(debug, 'debug.status'), { end: { exit_code: 0 } })
      const row = await rig.ended(debug.command)
      t.equal(rig.stdout(row), '5\n')
      t.equal(rig.stderr(row), '')
      t.equal((await stored(debug)).length, 1)
    })

  await t.test('one that such a process starts has that one as its parent', async t => {
    const inner = JSON.stringify({ name: 'parent' })
    const debug = await launch(node('ends.cjs', { arguments: [inner], breakpoints: ['work.cjs:2'] }))
    const parent = await first(debug, 1, running)
    const child = await first({ ...debug, id: parent.id }, 1, standing)
    t.match(await state(debug, 'debug.status'), { children: [{ id: child.id }, { id: parent.id }] })
    await answer(child, 'debug.continue', { wait: 0 })
    t.match(await state(debug, 'debug.status'), { end: { exit_code: 0 } })
    t.match(await stored({ id: parent.id }), [{ end: { exit_code: 6 } }])
    t.match(await stored(debug), [{ end: { exit_code: 7 } }])
  })

  await t.test('one that throws stops by itself, and ends with its own code', async t => {
    const debug = await launch(node('ends.cjs', { arguments: ['{"name":"throws"}'] }))
    const child = await first(debug, 1, standing)
    t.match(child, { stop: { reason: 'exception', description: 'TypeError' } })
    await answer(child, 'debug.continue', { wait: 0 })
    t.match(await state(child, 'debug.status'), { end: { reason: 'exited', exit_code: 1 } })
    t.match(await state(debug, 'debug.status'), { end: { exit_code: 0 } })
  })

  await t.test('one that is killed ends without an exit code, and its parent goes on', async t => {
    const debug = await launch(node('ends.cjs', { arguments: ['{"wait":60000}'] }))
    const child = await first(debug, 1, running)
    t.match(await state(child, 'debug.pause'), { status: 'stopped', stop: { reason: 'pause' } })
    await answer(child, 'debug.evaluate', {
      ...{ expression: 'process.kill(process.pid, 9)', timeout: 1 },
    }).catch(() => undefined)
    t.match(await state(child, 'debug.status'), { end: { reason: 'exited', exit_code: null } })
    t.match(await state(debug, 'debug.status', { wait: 0 }), { status: 'running' })
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
    t.equal(rig.stdout(await rig.ended(debug.command)), 'SIGKILL\n')
  })

  await t.test('one is ended through its debugger, and nothing else is', async t => {
    const debug = await launch(node('ends.cjs', { arguments: ['{"count":2,"wait":60000}'] }))
    const [one, other] = await children(debug, 2, running)
    if (one === undefined || other === undefined) throw new Error('there are none')
    t.match(await state(one, 'debug.terminate'), { end: { reason: 'terminated' } })
    t.match(await state(debug, 'debug.status', { wait: 0 }), {
      ...{ status: 'running', children: [{ id: other.id, status: 'running' }] },
    })
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
    t.match(await state(other, 'debug.status'), { end: { reason: 'terminated', exit_code: null } })
  })

  await t.test('one that becomes another program has no debugger any more', async t => {
    const debug = await launch(node('ends.cjs', { arguments: ['{"name":"shell","wait":60000}'] }))
    t.match(await first(debug, 1, over), { end: { reason: 'detached', exit_code: null } })
    await rig.printed(session.id, debug.command, '3\n')
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
  })

  await t.test('one that outlives its parent ends with the command', async t => {
    const debug = await launch(node('outlives.cjs', { breakpoints: ['spins.cjs:3'] }))
    const child = await first(debug, 1, standing)
    await until('the end', async () => (await state(debug, 'debug.status', { wait: 1 })).status === 'ended')
    t.match(await state(child, 'debug.status'), { end: { reason: 'parent_ended', exit_code: null } })
  })

  await t.test('more than may be debugged run without a debugger, which is said', async t => {
    const count = mostChildren + 3
    const many = JSON.stringify({ name: 'waits', count })
    const debug = await launch(node('ends.cjs', { arguments: [many], breakpoints: ['waits.cjs:2'] }))
    const all = await children(debug, mostChildren, standing)
    const said = rig.files.debuggerMessages(session.id, debug.command)
    await until('the message', () => /runs without a debugger/.test(readFileSync(said, 'utf8')) || undefined)
    await Promise.all(all.map(child => answer(child, 'debug.continue', { wait: 0 })))
    await until('the end', async () => (await state(debug, 'debug.status', { wait: 1 })).status === 'ended')
    t.equal(rig.stdout(await rig.ended(debug.command)), '0\n'.repeat(count))
    t.equal((await stored(debug)).length, mostChildren)
  })

  await t.test('none is followed where none is to be, and none knows of a debugger', async t => {
    const debug = await launch(
      node('app.cjs', { arguments: ['execFileSync'], children: 'ignore', breakpoints: ['work.cjs:2'] }),
    )
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(rig.stdout(await rig.ended(debug.command)), '5\n')
    t.strictSame(await stored(debug), [])
    t.equal(client.events.filter(({ debug: of }) => of.parent === debug.id).length, 0)
    const environment = { NODE_OPTIONS: '--no-warnings' }
    const sees = await launch(node('sees.cjs', { children: 'ignore', environment }))
    t.match(await state(sees, 'debug.status'), { end: { exit_code: 0 } })
    t.equal(rig.stdout(await rig.ended(sees.command)), '--no-warnings undefined undefined\n')
  })
})
