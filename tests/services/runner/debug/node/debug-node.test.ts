import { readFileSync } from 'node:fs'
import { chmod } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { tellProcesses } from '../../../../../services/runner/debug/attach/tell-processes.ts'
import { findSandbox } from '../../../../../services/runner/sandbox/sandbox.ts'
import { debugRig, type LaunchOptions } from '../debug-rig.ts'

const tree = {
  'package.json': '{"type": "module"}\n',
  'app.ts': `type Price = number

function totalOf(prices: Price[]): number {
  let total = 0
  for (const price of prices) {
    total += price
  }
  return total
}

const total = totalOf([1, 2, 39])
console.log('total', total)
process.exit(3)
`,
  'seen.cjs': `const fs = require('fs')
console.log(JSON.stringify({
  argv: process.argv.slice(2), execArgv: process.execArgv, cwd: process.cwd(), file: __filename,
  environment: Object.keys(process.env).filter(name => !/^(NODE_OPTIONS|DEBUG_SERVER_.*)$/.test(name)).sort(),
  globals: Object.getOwnPropertyNames(globalThis).sort(), main: require.main === module,
  stdin: fs.readFileSync(0, 'utf8'), workers: process.listenerCount('beforeExit'),
}))
`,
  'many.cjs': `const list = Array.from({ length: 10_000 }, (_, i) => i)
const map = new Map(list.slice(0, 5_000).map(n => [n, 'v' + n]))
let ready = true
console.log(list, map, ready)
`,
  'loop.js': "console.log('up')\nlet turns = 0\nfor (;;) turns++\n",
  'closes.cjs': `const fs = require('fs')
for (let fd = 3; fd < 256; fd++) try { fs.closeSync(fd) } catch {}
const until = Date.now() + 20_000
while (Date.now() < until);
console.log('never')
`,
  'stdio.cjs': `const fs = require('fs')
fs.closeSync(0), fs.closeSync(1), fs.closeSync(2)
let after = 1
after++
process.exitCode = 4
`,
  'waits.cjs': 'setInterval(() => undefined, 10)\n',
  'killed.js': "process.kill(process.pid, 'SIGKILL')\n",
  'aborts.js': 'process.abort()\n',
  'env.cjs':
    "for (const name of Object.keys(process.env)) delete process.env[name]\nlet x = 1\nconsole.log('x', x)\n",
}

t.setTimeout(280_000)

const node = (file: string, options: Partial<LaunchOptions> = {}): LaunchOptions => ({
  program: { kind: 'node', file },
  ...options,
})

t.test('programs of Node under their debugger', async t => {
  const of = await debugRig(t, tree)
  const { rig, session, run, launch, state, stack, variables, evaluate, refusal } = of

  await t.test('one is stopped, looked into, stepped through and ends by itself', async t => {
    const debug = await run(node('app.ts', { breakpoints: ['app.ts:6', 'app.ts:2'] }))
    t.match(debug.at, {
      engine: 'node',
      status: 'stopped',
      stop: {
        ...{ number: 1, reason: 'breakpoint', breakpoints: [1] },
        frame: { name: 'totalOf', file: 'app.ts', line: 6, source: '    total += price' },
      },
      breakpoints: [
        { id: 1, verified: true, message: null },
        { id: 2, verified: false, message: 'line 2 holds no code; the nearest line with code is 4' },
      ],
    })
    t.match(await variables(debug), {
      variables: [{ name: 'price', value: '1' }, { name: 'prices' }, { name: 'total' }],
    })
    t.match(await stack(debug), {
      frames: [
        { name: 'totalOf', line: 6 },
        { name: '(module)', line: 11 },
      ],
      total: 2,
    })
    t.match(await evaluate(debug, 'total + price * 10'), { value: '10', type: 'number' })
    t.match(await refusal(debug, 'debug.evaluate', { expression: 'nothing' }), {
      code: 'evaluation_failed',
      detail: 'ReferenceError: nothing is not defined',
    })
    t.match(await refusal(debug, 'debug.evaluate', { expression: 'for (;;);', timeout: 0.5 }), {
      code: 'evaluation_failed',
      detail: 'it took too long, and was ended',
    })
    t.match(await state(debug, 'debug.step_out'), { stop: { reason: 'breakpoint', frame: { line: 6 } } })
    await of.answer(debug, 'debug.break', { breakpoints: ['app.ts:6'], remove: true })
    t.match(await state(debug, 'debug.step_out'), {
      stop: { reason: 'step', frame: { name: '(module)', line: 12 } },
    })
    t.match(await state(debug, 'debug.next'), { stop: { frame: { line: 13 } } })
    t.match(await state(debug, 'debug.continue'), {
      status: 'ended',
      end: { reason: 'exited', exit_code: 3 },
    })
    const row = await rig.ended(debug.command)
    t.equal(rig.stdout(row), 'total 42\n')
    t.equal(rig.stderr(row), '')
  })

  await t.test('pages of values, and messages of breakpoints', async t => {
    const at = { kind: 'line', at: 'many.cjs:3', log_message: 'list has {list.length}' } as const
    const debug = await run(node('many.cjs', { breakpoints: [at, 'many.cjs:4'] }))
    const { variables: all } = await variables(debug)
    const referenceOf = (name: string) => all.find(one => one.name === name)?.reference
    t.match(await variables(debug, { reference: referenceOf('list'), start: 9_999, limit: 10 }), {
      variables: [
        { name: '9999', value: '9999' },
        { name: 'length', value: '10000' },
      ],
      ...{ total: 10_001, next: null },
    })
    t.match(await variables(debug, { reference: referenceOf('map'), start: 2, limit: 1 }), {
      variables: [{ name: '2', value: '{2 => "v2"}' }],
      ...{ total: 5_000, next: 3 },
    })
    t.match(debug.at.breakpoints, [{ verified: true }, { verified: true }])
    await state(debug, 'debug.terminate')
  })

  await t.test('one sees what it sees without', async t => {
    const line = ['node', 'seen.cjs', 'a', '-b', '']
    const plain = JSON.parse(rig.stdout(await rig.run(session, line)))
    const debug = await run(node('seen.cjs', { arguments: ['a', '-b', ''] }))
    t.match(debug.at.end, { reason: 'exited', exit_code: 0 })
    t.same(JSON.parse(rig.stdout(await rig.ended(debug.command))), plain)
  })

  await t.test('it stops before its first line, and is paused wherever it is', async t => {
    const debug = await run(node('app.ts', { stop_on_entry: true }))
    t.match(debug.at.stop, { reason: 'entry', frame: { file: 'app.ts', line: 11 } })
    const [process] = await tellProcesses(rig, session.id)
    t.same(process?.engines, ['gdb', 'lldb-dap'], 'it has a debugger of Node already')
    const program = { kind: 'process', pid: process?.pid ?? 0, command: debug.command } as const
    t.match((await run({ program })).at.end, { reason: 'launch_failed', message: /is debugged already/ })
    await state(debug, 'debug.terminate')
    const loop = await launch(node('loop.js'))
    await rig.printed(session.id, loop.command, 'up')
    t.match(await refusal(loop, 'debug.stack'), { code: 'debuggee_running' })
    t.match(await state(loop, 'debug.pause'), {
      stop: { reason: 'pause', frame: { file: 'loop.js', line: 3 } },
    })
    t.match(await state(loop, 'debug.terminate'), { status: 'ended', end: { reason: 'terminated' } })
  })

  await t.test('how it ends', async t => {
    const ends = [
      ['killed.js', 137],
      ['aborts.js', 134],
      ['stdio.cjs', 4],
    ] as const
    for (const [file, code] of ends) {
      const debug = await run(node(file))
      t.match(debug.at.end, { reason: 'exited', exit_code: code }, file)
    }
    const stdio = await run(node('stdio.cjs', { breakpoints: ['stdio.cjs:4'] }))
    t.match(stdio.at.stop, { frame: { line: 4 } }, 'without standard streams it is debugged as well')
    t.match(await state(stdio, 'debug.continue'), { end: { exit_code: 4 } })
    const env = await run(node('env.cjs', { breakpoints: ['env.cjs:3'] }))
    t.match(env.at.stop, { frame: { line: 3 } }, 'without an environment, too')
    t.match(await state(env, 'debug.continue'), { end: { exit_code: 0 } })
  })

  await t.test('one is killed from outside, while it stands and while it runs', async t => {
    const stands = await run(node('app.ts', { breakpoints: ['app.ts:6'] }))
    process.kill(Number((await evaluate(stands, 'process.pid')).value), 'SIGKILL')
    t.match(await state(stands, 'debug.continue').catch(() => state(stands, 'debug.status')), {
      end: { reason: 'exited', exit_code: 137 },
    })
    const runs = await run(node('waits.cjs', { breakpoints: ['waits.cjs:1'] }))
    const pid = Number((await evaluate(runs, 'process.pid')).value)
    t.match(await state(runs, 'debug.continue', { wait: 0 }), { status: 'running' })
    process.kill(pid, 'SIGTERM')
    t.match(await state(runs, 'debug.status'), { end: { reason: 'exited', exit_code: 143 } })
  })
  await t.test('one that closes the connection does not run on unseen', async t => {
    const debug = await run(node('closes.cjs'))
    // By its agent, or by itself where Node cannot go on without what it has closed.
    t.match(debug.at, { status: 'ended', end: { exit_code: /^13[47]$/ } })
    const row = await rig.ended(debug.command)
    t.equal(rig.stdout(row), '')
  })

  await t.test('by the server where the one of the project reads no TypeScript, as is said', async t => {
    const said = JSON.stringify({ version: '20.20.2', inspector: true, typescript: false })
    const old = t.testdir({ node: `#!/bin/sh\necho '${said}'\n` })
    await chmod(join(old, 'node'), 0o755)
    const at = { kind: 'line', at: 'app.ts:6', log_message: 'at {total}' } as const
    const { session, command, ...debug } = await run(
      node('app.ts', { environment: { PATH: `${old}:/usr/bin:/bin` }, breakpoints: [at] }),
    )
    t.match(debug.at, { status: 'ended', end: { exit_code: 3 } })
    const messages = readFileSync(rig.files.debuggerMessages(session, command), 'utf8').trim().split('\n')
    t.match(
      messages.map(line => JSON.parse(line).text),
      [/^app\.ts: .*\/node is Node\.js 20\.20\.2, .*: it runs by Node\.js \d+\./, 'at 0', 'at 1', 'at 3'],
    )
  })

  await t.test('what cannot be launched', async t => {
    t.match((await run(node('ap.ts'))).at.end, {
      reason: 'launch_failed',
      message: 'ap.ts: there is no such file; did you mean "app.ts"?',
    })
    const other = await run(node('app.ts', { interpreter: '/bin/true' }))
    t.match(other.at.end, { reason: 'launch_failed', message: '/bin/true does not say that it is Node.js' })
  })
})

t.test('a failed test is reported in one call', async t => {
  const { launch, answer } = await debugRig(t, {
    'cart.test.mjs': `import assert from 'node:assert'
import { test } from 'node:test'
const total = items => items.reduce((sum, { price }) => sum + price, 0)
test('adds up', () => {
  const items = [{ price: 2 }, { price: 3 }]
  const sum = total(items)
  assert.equal(sum, 6)
})
`,
    'fine.mjs': "console.log('fine')\n",
  })
  const reportOf = async (file: string) => {
    const launched = await launch(node(file, { exceptions: 'failures' }))
    return answer(launched, 'debug.run_to_failure', { node: file, wait: 30 })
  }
  t.match(await reportOf('cart.test.mjs'), {
    outcome: 'assertion',
    exception: { type: 'AssertionError', message: /5 == 6/ },
    frames: [{ file: 'cart.test.mjs', line: 7, variables: [{ name: 'sum', value: '5' }] }],
  })
  t.match(await reportOf('fine.mjs'), { outcome: 'passed', exit_code: 0 })
})

const sandbox = await findSandbox('auto', process.env.PATH ?? '')

t.test('in a sandbox', { skip: sandbox.kind === 'none' && sandbox.reason }, async t => {
  const overrides = { sandbox: { mode: 'bubblewrap', own: [], visible: [], home: homedir() } } as const
  // The Node that is seen there may be one that does not know types.
  const plain = tree['app.ts'].replace(/^type .*$/m, '').replace(/: (?:Price\[\]|number)/g, '')
  const { rig, run, evaluate, state } = await debugRig(t, { 'app.cjs': plain }, overrides)
  const debug = await run(node('app.cjs', { breakpoints: ['app.cjs:6'] }))
  t.match(debug.at.stop, { reason: 'breakpoint', frame: { name: 'totalOf', file: 'app.cjs', line: 6 } })
  t.ok(Number((await evaluate(debug, 'process.pid')).value) < 100, 'it has a process table of its own')
  const ls =
    "process.getBuiltinModule('fs').readdirSync(process.env.DEBUG_SERVER_NODE.replace(/.[^/]*$/, '')).join()"
  t.match(await evaluate(debug, ls), { value: "'node.sock'" })
  t.match(await state(debug, 'debug.terminate'), { status: 'ended', end: { reason: 'terminated' } })
  t.equal(rig.stderr(await rig.ended(debug.command)), '')
})
