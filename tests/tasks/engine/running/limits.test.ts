import t from 'tap'
import { identify } from '../../../../lib/processes/identity.ts'
import type { EngineEvent } from '../../../../tasks/engine/events.ts'
import { LimitWatch } from '../../../../tasks/engine/running/limits.ts'
import { type AnyTaskOptions, task } from '../../../../tasks/engine/task.ts'
import { anyAlive, zoo } from '../../../lib/processes/zoo.ts'
import { run } from '../rig.ts'

const silent = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

t.test('a task that takes longer than its timeout fails, and its whole process tree is ended', async t => {
  const slow = task({
    describe: 'Slow',
    timeout: '500ms',
    run: (_, { exec }) => exec('sh', ['-c', zoo.tree]),
  })
  const { result, events } = await run({ slow }, ['slow'])
  t.match(result.states.get('slow'), {
    kind: 'failed',
    error: { name: 'UserError', message: 'timed out after 500 ms' },
  })
  const pids = events.flatMap(event =>
    event.type === 'task-log' ? [Number(/pid (\d+)/.exec(event.line)?.[1])] : [],
  )
  t.ok(pids.length > 0)
  t.notOk(anyAlive(pids.map(identify)))
})

t.test('a task that heeds no signal is failed by its timeout all the same', async t => {
  const deaf = task({ describe: 'Deaf', timeout: 20, undoMs: 10, run: () => new Promise<void>(() => {}) })
  t.match((await run({ deaf }, ['deaf'])).result.states.get('deaf'), {
    kind: 'failed',
    error: { message: 'timed out after 20 ms' },
  })
})

t.test('a task that ends in time is not troubled by its limits', async t => {
  const quick = task({ describe: 'Quick', timeout: '1h', heartbeat: '1h', run: () => 'done' })
  t.match((await run({ quick }, ['quick'])).result.states.get('quick'), { kind: 'succeeded', result: 'done' })
})

t.test('the time that somebody takes for an answer does not count', async t => {
  const answers = async () => {
    await new Promise(resolve => setTimeout(resolve, 300))
    return true
  }
  const asking = { describe: 'Asks', confirm: 'sure?', timeout: 200, heartbeat: 200 } as const
  const quick = task({ ...asking, run: () => 'done' })
  const slow = task({ ...asking, run: (_, { signal }) => silent(signal) })
  const { result } = await run({ quick, slow }, ['quick', 'slow'], {
    confirm: () => answers,
    keepGoing: true,
  })
  t.match(result.states.get('quick'), { kind: 'succeeded', result: 'done' })
  t.match(result.states.get('slow'), { kind: 'failed', error: { message: 'timed out after 200 ms' } })
})

t.test('what is heard while it is held does not give more time after that', async t => {
  const came: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  using watch = new LimitWatch({ heartbeat: 100 }, () => came.push('limit'))
  await watch.hold(async () => {
    await new Promise(resolve => setTimeout(resolve, 2_000))
    watch.hear()
    came.push('held')
  })
  // Whoever is held up meanwhile, timers end in the order in which they are due.
  setTimeout(resolve, 1_500)
  await promise
  t.same(came, ['held', 'limit'])
})

t.test('one that says nothing for its heartbeat fails', async t => {
  const mute = task({ describe: 'Mute', heartbeat: 50, run: (_, { signal }) => silent(signal) })
  t.match((await run({ mute }, ['mute'])).result.states.get('mute'), {
    kind: 'failed',
    error: { message: 'said nothing for 50 ms' },
  })
})

for (const way of ['log', 'progress', 'print'] as const)
  t.test(`${way} keeps a task alive`, async t => {
    const beats = 12
    const alive = task({
      describe: 'Alive',
      heartbeat: 1_500,
      run: async (_, context) => {
        // Longer, all in all, than the heartbeat.
        for (let i = 0; i < beats; i++) {
          context[way]('here')
          await new Promise(resolve => setTimeout(resolve, 150))
        }
        return 'done'
      },
    })
    t.match((await run({ alive }, ['alive'])).result.states.get('alive'), { kind: 'succeeded' })
  })

t.test(
  'whatever a command prints keeps its task alive: what is captured, and lines without an end',
  async t => {
    const dots = 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do printf .; sleep 0.15; done'
    const prints = (output: 'log' | 'capture') =>
      task({
        describe: 'Prints',
        heartbeat: 1_500,
        run: async (_, { exec }) => (await exec('sh', ['-c', dots], { output })).stdout,
      })
    const { result } = await run({ log: prints('log'), capture: prints('capture') }, ['log', 'capture'])
    for (const name of ['log', 'capture'])
      t.match(result.states.get(name), { kind: 'succeeded', result: '.'.repeat(12) }, name)
  },
)

t.test('a timeout of a task that runs does not make the cancellation of another a failure', async t => {
  const control = new AbortController()
  const slow = task({ describe: 'Slow', timeout: '1h', run: (_, { signal }) => silent(signal) })
  const { result } = await run({ slow }, ['slow'], {
    signal: control.signal,
    onEvent: event => event.type === 'task-started' && control.abort(),
  })
  t.match(result.states.get('slow'), { kind: 'aborted' })
})

const retried = (events: readonly EngineEvent[]) =>
  events.flatMap(event =>
    event.type === 'task-retrying' ? [[event.attempt, event.attempts, event.delayMs]] : [],
  )

t.test('retries: each failure is told, delays grow up to the longest, and a success ends it', async t => {
  let attempts = 0
  const flaky = task({
    describe: 'Flaky',
    retries: { times: 5, delay: 1, factor: 3, longest: 10 },
    run: () => {
      if (++attempts < 5) throw new Error(`failure ${attempts}`)
      return attempts
    },
  })
  const { result, events } = await run({ flaky }, ['flaky'])
  t.match(result.states.get('flaky'), { kind: 'succeeded', result: 5 })
  t.same(retried(events), [
    [2, 6, 1],
    [3, 6, 3],
    [4, 6, 9],
    [5, 6, 10],
  ])
  t.match(
    events.find(event => event.type === 'task-retrying'),
    { error: { message: 'failure 1' } },
  )
})

t.test('retries that are all used up: failed with the last error; siblings go on until then', async t => {
  let attempts = 0
  const bad = task({
    describe: 'Bad',
    retries: { times: 2, delay: 1 },
    run: () => {
      throw new Error(`failure ${++attempts}`)
    },
  })
  let abortedAt = 0
  const beside = task({
    describe: 'Beside',
    run: (_, { signal }) =>
      silent(signal).catch(() => {
        abortedAt = attempts
      }),
  })
  const { result } = await run({ bad, beside }, ['bad', 'beside'])
  t.match(result.states.get('bad'), { kind: 'failed', error: { message: 'failure 3' } })
  t.equal(abortedAt, 3)
})

t.test('aborted during the pause between two attempts: it ends at once', async t => {
  const control = new AbortController()
  const bad = task({
    describe: 'Bad',
    retries: { times: 1, delay: '1h', longest: '1h' },
    run: () => {
      throw new Error('no')
    },
  })
  const { result } = await run({ bad }, ['bad'], {
    signal: control.signal,
    onEvent: event => event.type === 'task-retrying' && control.abort(),
  })
  t.match(result.states.get('bad'), { kind: 'aborted' })
})

t.test('a timeout counts for each attempt, and may be tried again', async t => {
  let attempts = 0
  const slow = task({
    describe: 'Slow',
    timeout: 300,
    retries: { times: 1, delay: 1 },
    run: (_, { signal }) => (++attempts === 1 ? silent(signal) : 'quick now'),
  })
  const { result } = await run({ slow }, ['slow'])
  t.match(result.states.get('slow'), { kind: 'succeeded', result: 'quick now' })
})

t.test(
  'questions: declined or nobody to ask is no failure to be tried again; asked once for all attempts',
  async t => {
    const questions: string[] = []
    const ask = (answer: boolean) => () => async (question: string) => {
      questions.push(question)
      return answer
    }
    let ran = 0
    const options: Pick<AnyTaskOptions, 'retries'> = { retries: { times: 2, delay: 1 } }
    const drop = task({
      describe: 'Drop',
      confirm: 'Drop it?',
      ...options,
      run: () => {
        if (++ran < 2) throw new Error('busy')
      },
    })
    const declined = await run({ drop }, ['drop'], { confirm: ask(false) })
    t.match(declined.result.states.get('drop'), {
      kind: 'failed',
      error: { message: 'declined: nothing was done' },
    })
    const nobody = await run({ drop }, ['drop'])
    t.match(nobody.result.states.get('drop'), {
      error: { message: 'Drop it?\nthere is nobody to ask', fix: 'give --yes to agree' },
    })
    t.same([questions.length, ran, retried([...declined.events, ...nobody.events])], [1, 0, []])
    const agreed = await run({ drop }, ['drop'], { confirm: ask(true) })
    t.match(agreed.result.states.get('drop'), { kind: 'succeeded' })
    t.same([questions.length, ran], [2, 2])
  },
)

t.test('a question that is a function sees results and parameters, and may ask nothing', async t => {
  const questions: string[] = []
  const size = task({ describe: 'Size', run: () => 3 })
  const drop = task({
    describe: 'Drop',
    needs: { size },
    params: z => ({ name: z.string() }),
    confirm: ({ size }, { params }) =>
      params.name === 'test' ? undefined : `Drop ${size} of ${params.name}?`,
    run: () => 'dropped',
  })
  const confirm = () => async (question: string) => {
    questions.push(question)
    return true
  }
  for (const name of ['test', 'live']) await run({ drop, size }, ['drop', '--name', name], { confirm })
  t.same(questions, ['Drop 3 of live?'])
})
