import t from 'tap'
import { nodeRig } from './node-rig.ts'

t.setTimeout(240_000)

const files = {
  'parent.cjs': `const { fork, spawnSync, execFileSync } = require('child_process')
const { join } = require('path')
console.log(spawnSync(process.execPath, [join(__dirname, 'child.cjs'), 'sync']).stdout.toString().trim())
fork(join(__dirname, 'child.cjs'), ['forked']).on('exit', code => console.log('exit', code))
`,
  'child.cjs': `const name = process.argv[2]
console.log('child', name)
process.exitCode = 5
`,
  'workers.mjs': `import { Worker, isMainThread, workerData } from 'node:worker_threads'
if (isMainThread) {
  for (const n of [1, 2]) new Worker(new URL(import.meta.url), { workerData: n }).on('exit', code => console.log('gone', code))
  setTimeout(() => {
    console.log('main')
  }, 50)
} else {
  const mine = workerData * 10
  console.log('worker', mine)
}
`,
}

t.test('processes that it starts have bridges of their own, and stop at the same breakpoints', async t => {
  const { debug } = nodeRig(t, files)
  const run = await debug('parent.cjs', {
    breakpoints: { 'child.cjs': [{ line: 2 }] },
    follows: true,
  })
  for (const [number, how] of ['sync', 'forked'].entries()) {
    const child = await run.childOf(number)
    t.match(await child.next(), { reason: 'breakpoint', threadId: 1, hitBreakpointIds: [1] })
    t.match(await child.locals(), { name: `'${how}'` })
    t.match(await run.ask('threads'), { threads: [{ id: 1, name: 'main' }] })
    await t.rejects(run.stack(), { message: /thread 1 is running/ })
    t.equal(await child.go('continue'), 'terminated')
    t.match(child.events.at(-2), { event: 'exited', body: { exitCode: 5 } })
  }
  t.equal(await run.next(), 'terminated')
  await run.ended
  t.equal(run.output, 'child sync\nchild forked\nexit 5\n')
})

t.test('processes that are let go of run on, whatever they start', async t => {
  const { debug } = nodeRig(t, files)
  const run = await debug('parent.cjs', { breakpoints: { 'child.cjs': [{ line: 2 }] } })
  t.equal(await run.next(), 'terminated')
  await run.ended
  t.equal(run.output, 'child sync\nchild forked\nexit 5\n')
  t.equal(run.children.length, 0)
})

t.test('workers are threads; one stop is told at a time', async t => {
  const { debug } = nodeRig(t, files)
  const run = await debug('workers.mjs', { breakpoints: { 'workers.mjs': [{ line: 9 }, { line: 5 }] } })
  const told: string[] = []
  for (let stop = await run.next(); stop !== 'terminated'; stop = await run.go('continue', stop.threadId)) {
    const locals = await run.locals(0, stop.threadId)
    told.push(`${stop.reason} ${stop.debugServerFrame.line} ${locals.mine ?? ''}`)
    const { threads } = await run.ask('threads')
    t.ok(threads.length >= 1)
  }
  t.same(told.sort(), ['breakpoint 5 ', 'breakpoint 9 10', 'breakpoint 9 20'])
  await run.ended
  t.same(run.output.trim().split('\n').sort(), ['gone 0', 'gone 0', 'main', 'worker 10', 'worker 20'])
})

t.test(
  'a thread that waits for a child hears of breakpoints when it comes back, and the child at once',
  async t => {
    const { debug } = nodeRig(t, {
      'main.cjs': `require('node:child_process').execFileSync(process.execPath, ['child.cjs'], { stdio: 'inherit' })
let one = 1
let two = 2
let three = 3
`,
      'child.cjs': 'let a = 1\na++\na++\na++\n',
    })
    const run = await debug('main.cjs', { breakpoints: { 'child.cjs': [{ line: 2 }] }, follows: true })
    const child = await run.childOf(0)
    t.match(await child.next(), { debugServerFrame: { line: 2 } })
    t.match(await child.breakpoints('child.cjs', [{ line: 2 }, { line: 4 }]), [
      { verified: true },
      { verified: true },
    ])
    const began = performance.now()
    await run.breakpoints('main.cjs', [{ line: 2 }, { line: 3 }])
    await run.breakpoints('main.cjs', [{ line: 3 }])
    await run.ask('setExceptionBreakpoints', { filters: ['failures'] })
    t.ok(performance.now() - began < 5_000, 'nobody waits for it each time')
    t.match(await child.go('continue'), { debugServerFrame: { line: 4 } })
    t.equal(await child.go('continue'), 'terminated')
    t.match(await run.next(), { debugServerFrame: { line: 3 } }, 'and not where it was taken back')
    t.match((await run.breakpoints('main.cjs', [{ line: 3 }, { line: 4 }]))[1], { verified: true })
    t.match(await run.go('continue'), { debugServerFrame: { line: 4 } })
    t.equal(await run.go('continue'), 'terminated')
  },
)
