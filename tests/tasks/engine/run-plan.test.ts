import t from 'tap'
import { UserError } from '../../../lib/user-error.ts'
import { AbortedError } from '../../../tasks/engine/running/aborted-error.ts'
import { type Task, task } from '../../../tasks/engine/task.ts'
import { run } from './rig.ts'

const sleeper = () =>
  task({ describe: 'runs until it is aborted', run: (_, { signal }) => untilAborted(signal) })

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason))
  })
}

t.test('results arrive under the keys of the needs', async t => {
  const port = task({ describe: 'port', run: () => 8000 })
  const host = task({ describe: 'host', run: async () => 'localhost' })
  const url = task({
    describe: 'url',
    needs: { number: port, host },
    run: ({ number, host }) => `http://${host}:${number}`,
  })
  const { result, plan } = await run({ url, host }, ['url'])
  t.equal(result.outcome, 'succeeded')
  t.match(result.states.get('url'), { kind: 'succeeded', result: 'http://localhost:8000' })
  t.same(
    plan.steps.map(step => step.name),
    ['number', 'host', 'url'],
  )
})

t.test('a need by name, and one declared further down', async t => {
  const first = task({
    describe: 'first',
    needs: () => ({ second, third: 'third' }),
    run: ({ second, third }) => [second, third],
  })
  const second: Task<number> = task({ describe: 'second', run: () => 2 })
  const third = task({ describe: 'third', run: () => 3 })
  const { result } = await run({ first, third }, ['first'])
  t.match(result.states.get('first'), { kind: 'succeeded', result: [2, 3] })
})

t.test('a need has the key of whoever needs it, and may have two', async t => {
  const port = task({ describe: 'port', run: () => 8000 })
  const sum = task({
    describe: 'sum',
    needs: { one: port, other: port },
    run: ({ one, other }) => one + other,
  })
  const { result } = await run({ port, sum }, ['sum'])
  t.match(result.states.get('sum'), { kind: 'succeeded', result: 16_000 })
})

t.test('a task that several need runs once', async t => {
  let runs = 0
  const base = task({ describe: 'base', run: () => ++runs })
  const left = task({ describe: 'left', needs: { base }, run: ({ base }) => base })
  const right = task({ describe: 'right', needs: { base }, run: ({ base }) => base })
  await run({ left, right, base, alias: base }, ['left', 'right', 'base', 'alias', 'left'])
  t.equal(runs, 1)
})

t.test('a task that has ended tells nothing more', async t => {
  const late = Promise.withResolvers<void>()
  const early = task({
    describe: 'early',
    run: (_, context) => {
      void late.promise.then(() => {
        context.log('late')
        context.progress('late')
        context.print('late')
      })
    },
  })
  const next = task({ describe: 'next', needs: { early }, run: () => late.resolve() })
  const { story } = await run({ next }, ['next'])
  t.same(
    story.filter(line => line.endsWith(' early')),
    ['task-started early', 'task-succeeded early'],
  )
})

t.test('facts come in order', async t => {
  const base = task({
    describe: 'base',
    run: (_, { log, progress, print }) => {
      log('a\nb')
      progress('c')
      print('d')
    },
  })
  const top = task({ describe: 'top', needs: { base }, run: () => {} })
  const { story, events } = await run({ top, base }, ['top'])
  t.same(story, [
    'run-started',
    'task-started base',
    'task-log base',
    'task-log base',
    'task-progress base',
    'task-print base',
    'task-succeeded base',
    'task-started top',
    'task-succeeded top',
    'run-finished',
  ])
  t.match(events[2], { source: 'task', line: 'a' })
  t.match(events.at(-1), { outcome: 'succeeded' })
})

t.test('no more tasks at once than jobs', async t => {
  let now = 0
  let most = 0
  const one = () =>
    task({
      describe: 'one',
      run: async () => {
        most = Math.max(most, ++now)
        await new Promise(setImmediate)
        now--
      },
    })
  const tasks = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`t${i}`, one()]))
  await run(tasks, Object.keys(tasks), { jobs: 3 })
  t.equal(most, 3)
})

t.test('the first failure aborts what runs and starts nothing more', async t => {
  const failure = new UserError('no')
  let reason: unknown
  const bad = task({
    describe: 'bad',
    run: async () => {
      await new Promise(setImmediate)
      throw failure
    },
  })
  const beside = task({
    describe: 'beside',
    run: (_, { signal }) =>
      untilAborted(signal).catch(error => {
        reason = error
        throw new Error('a consequence')
      }),
  })
  const after = task({ describe: 'after', needs: { beside }, run: () => t.fail('was started') })
  const { result, story } = await run({ bad, beside, after }, ['bad', 'after'])
  t.equal(result.outcome, 'failed')
  t.match(result.states.get('bad'), { kind: 'failed', error: failure })
  t.match(result.states.get('beside'), { kind: 'aborted', abandoned: false })
  t.match(result.states.get('after'), { kind: 'skipped' })
  t.ok(reason instanceof AbortedError && reason.because === 'failed' && reason.cause === failure)
  t.same(story.slice(-4), ['task-failed bad', 'task-aborted beside', 'task-skipped after', 'run-finished'])
})

t.test('a task that throws at once is a failure, not a crash', async t => {
  const bad = task({
    describe: 'bad',
    run: () => {
      throw new TypeError('oops')
    },
  })
  const { result } = await run({ bad }, ['bad'])
  t.match(result.states.get('bad'), { kind: 'failed', error: { message: 'oops' } })
})

t.test('cancelled: what runs is aborted, the rest is skipped', async t => {
  const control = new AbortController()
  const after = task({ describe: 'after', needs: { long: 'long' }, run: () => t.fail('was started') })
  const { result, story } = await run({ after, long: sleeper() }, ['after'], {
    signal: control.signal,
    onEvent: event => event.type === 'task-started' && control.abort(new Error('SIGINT')),
  })
  t.equal(result.outcome, 'cancelled')
  t.same(story, [
    'run-started',
    'task-started long',
    'run-cancelled',
    'task-aborted long',
    'task-skipped after',
    'run-finished',
  ])
})

t.test('cancelled before it began: nothing starts', async t => {
  const { result } = await run({ a: task({ describe: 'a', run: () => t.fail('was started') }) }, ['a'], {
    signal: AbortSignal.abort(),
  })
  t.equal(result.outcome, 'cancelled')
  t.match(result.states.get('a'), { kind: 'skipped' })
})

t.test('a task that heeds no signal is abandoned, at once where it is urgent', async t => {
  const control = new AbortController()
  const urgent = new AbortController()
  const deaf = task({ describe: 'deaf', undoMs: 60_000, run: () => new Promise<void>(() => {}) })
  const started = performance.now()
  const { result } = await run({ deaf }, ['deaf'], {
    signal: control.signal,
    urgent: urgent.signal,
    onEvent: event => {
      if (event.type === 'task-started') control.abort()
      if (event.type === 'run-cancelled') setImmediate(() => urgent.abort())
    },
  })
  t.match(result.states.get('deaf'), { kind: 'aborted', abandoned: true })
  t.ok(performance.now() - started < 30_000)
})

t.test('a task that finishes although it was cancelled has succeeded', async t => {
  const control = new AbortController()
  const follow = task({
    describe: 'follow',
    run: (_, { signal }) => untilAborted(signal).catch(() => 'done'),
  })
  const { result } = await run({ follow }, ['follow'], {
    signal: control.signal,
    onEvent: event => event.type === 'task-started' && control.abort(),
  })
  t.equal(result.outcome, 'cancelled')
  t.match(result.states.get('follow'), { kind: 'succeeded', result: 'done' })
})

t.test('parameters are read before anything runs', async t => {
  const base = task({ describe: 'base', run: () => t.fail('was started') })
  const logs = task({
    describe: 'logs',
    needs: { base },
    params: z => ({ name: z.string().meta({ positional: true }) }),
    run: (_, { params }) => params.name,
  })
  await t.rejects(run({ logs }, ['logs']), { name: 'UserError', message: 'NAME is missing' })
  const alone = task({
    describe: 'x',
    params: z => ({ words: z.array(z.string()).default([]).meta({ positional: true }) }),
    rest: 'more words',
    run: (_, { params, rest }) => [...params.words, ...rest].length,
  })
  const { result } = await run({ alone }, ['alone', 'a', 'b', '--', '--c'])
  t.match(result.states.get('alone'), { result: 3 })
  const above = task({ describe: 'above', needs: { alone }, run: ({ alone }) => alone })
  t.match((await run({ above }, ['above'])).result.states.get('above'), { result: 0 }, 'a need has no words')
})

t.test('a listener that throws ends the run and its processes', async t => {
  let pid = 0
  const long = task({
    describe: 'long',
    run: async (_, { scope, log }) => {
      pid = scope.spawn('sleep', ['300'], { stdio: 'ignore' }).pid ?? 0
      log('started')
      await new Promise(() => {})
    },
  })
  const quick = task({
    describe: 'quick',
    needs: {},
    run: () => new Promise<void>(resolve => setTimeout(resolve, 20)),
  })
  const promise = run({ long, quick }, ['long', 'quick'], {
    onEvent: event => {
      if (event.type === 'task-succeeded') throw new Error('broken reporter')
    },
  })
  await t.rejects(promise, { message: 'broken reporter' })
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})
