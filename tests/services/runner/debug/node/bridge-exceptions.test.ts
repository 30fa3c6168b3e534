import { spawnSync } from 'node:child_process'
import t from 'tap'
import { nodeRig } from './node-rig.ts'

t.setTimeout(240_000)

const throwing = `function f(n) {
  const twice = n * 2
  throw new TypeError('bad ' + twice)
}
try { f(0) } catch {}
`
const cases: [file: string, how: string, line: number][] = [
  ['sync.cjs', 'f(1)', 3],
  ['async.cjs', '(async () => { await null; f(1) })()', 3],
  ['timer.cjs', 'setTimeout(() => f(1))', 3],
  ['sync.mjs', 'f(1)', 3],
  ['async.mjs', 'const g = async () => { await null; f(1) }\nawait g()', 3],
]

for (const [file, how, line] of cases)
  t.test(`an exception that nothing catches is a stop where it is thrown: ${file}`, async t => {
    const { top, debug } = nodeRig(t, { [file]: throwing + how })
    const run = await debug(file)
    t.match(await run.next(), {
      ...{ reason: 'exception', description: 'TypeError', text: 'bad 2' },
      debugServerFrame: { line, name: 'f' },
    })
    t.match(await run.locals(), { n: '1', twice: '2' })
    t.match(await run.ask('exceptionInfo', { threadId: 1 }), {
      exceptionId: 'TypeError',
      description: 'bad 2',
    })
    t.equal(await run.go('continue'), 'terminated')
    t.equal(await run.ended, 1)
    const plain = spawnSync(process.execPath, [file], { cwd: top, encoding: 'utf8' })
    if (/^sync\.cjs|timer/.test(file))
      t.equal(run.output, plain.stderr, 'it says what it says without a debugger')
    t.match(run.output, /TypeError: bad 2/)
    t.notMatch(run.output, /debugger/)
    const never = await debug(file, { exceptions: [] })
    t.equal(await never.next(), 'terminated')
    t.equal(await never.ended, 1)
  })

t.test('each exception, where that is asked for; also what is none', async t => {
  const { debug } = nodeRig(t, {
    'a.cjs': `${throwing}try { throw 7 } catch {}\nPromise.reject(new RangeError('no'))\n`,
  })
  const run = await debug('a.cjs', { exceptions: ['raised'] })
  t.match(await run.next(), { reason: 'exception', description: 'TypeError', text: 'bad 0' })
  t.match(await run.go('continue'), { reason: 'exception', description: 'number', text: '7' })
  t.match(await run.go('continue'), { reason: 'exception', description: 'RangeError', text: 'no' })
  t.equal(await run.go('continue'), 'terminated')
})

t.test('one that is thrown in Node itself is told where the program called it', async t => {
  const { debug } = nodeRig(t, { 'a.cjs': "const fs = require('fs')\nfs.readFileSync('nothing')\n" })
  const run = await debug('a.cjs')
  t.match(await run.next(), {
    reason: 'exception',
    description: 'Error',
    text: /ENOENT/,
    debugServerFrame: { line: 2 },
  })
  t.equal(await run.go('next'), 'terminated')
  t.equal(await run.ended, 1)
})

const tests = `import assert from 'node:assert'
import { test } from 'node:test'
import { check, load } from './own.mjs'
test('expects', () => {
  assert.throws(() => check(0))
  try { check(0) } catch {}
  return assert.rejects(load(0))
})
test('handled', async () => {
  await load(0).catch(() => undefined)
  Promise.resolve().then(() => check(0)).catch(() => undefined)
})
test('fails', FAILS)
`
const own = `import { setTimeout } from 'node:timers/promises'
export function check(n) {
  const wanted = 5
  if (n !== wanted) throw new RangeError(n + ' is not ' + wanted)
}
export async function load(n) {
  await setTimeout(1)
  check(n)
}
`

for (const [name, fails, stack] of [
  ['at once', '() => { check(3) }', ['check 4', '(anonymous) 13']],
  ['later', 'async () => {\n  await load(3)\n}', ['check 4', 'load 8', 'async (anonymous) 14']],
  ['an assertion', '() => { assert.equal(1, 2) }', ['(anonymous) 13']],
] as const)
  t.test(
    `what a test framework catches is a failure; what a test expects or catches is none: ${name}`,
    async t => {
      const { debug } = nodeRig(t, { 'own.mjs': own, 'my.test.mjs': tests.replace('FAILS', fails) })
      const run = await debug('my.test.mjs', { exceptions: ['failures'] })
      t.match(await run.next(), { reason: 'exception', description: /RangeError|AssertionError/ })
      t.match(await run.stack(), stack)
      t.equal(await run.go('continue'), 'terminated')
      t.equal(await run.ended, 1)
    },
  )

t.test('an exit with a code is a failure', async t => {
  const { debug } = nodeRig(t, {
    'exits.cjs': 'function give(code) {\n  process.exit(code)\n}\ngive(+process.argv[2])\n',
  })
  const run = await debug('exits.cjs', { exceptions: ['failures'], arguments: ['4'] })
  t.match(await run.next(), {
    reason: 'exception',
    description: 'exit',
    text: '4',
    debugServerFrame: { line: 2 },
  })
  t.match(await run.locals(), { code: '4' })
  t.equal(await run.go('continue'), 'terminated')
  t.equal(await run.ended, 4)
  const well = await debug('exits.cjs', { exceptions: ['failures'], arguments: ['0'] })
  t.equal(await well.next(), 'terminated')
})

const steps = `function f() {
  const nothing = null
  return nothing.value
}
try {
  f()
} catch {
  console.log('caught')
  debugger
}
`

t.test('a step that an exception has stopped does not stop where that is caught', async t => {
  const { debug } = nodeRig(t, { 'a.js': steps })
  const run = await debug('a.js', { exceptions: ['raised'], breakpoints: { 'a.js': [{ line: 2 }] } })
  await run.next()
  t.match(await run.go('next'), { reason: 'step', debugServerFrame: { line: 3 } })
  t.match(await run.go('next'), { reason: 'exception', debugServerFrame: { line: 3 } })
  t.match(await run.go('continue'), {
    ...{ reason: 'breakpoint', description: 'debugger statement', debugServerFrame: { line: 9 } },
  })
  t.equal(await run.go('continue'), 'terminated')
})
