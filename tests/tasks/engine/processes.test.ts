import t from 'tap'
import { identify } from '../../../lib/processes/identity.ts'
import { task } from '../../../tasks/engine/task.ts'
import { anyAlive, zoo } from '../../lib/processes/zoo.ts'
import { logOf, type Ran, run } from './rig.ts'

/** A task whose command is a shell text of the zoo; with `stays`, it then waits for its end. */
const animal = (text: string) => task({ describe: 'animal', run: (_, { exec }) => exec('sh', ['-c', text]) })

function pidsOf(ran: Pick<Ran, 'events'>): number[] {
  return ran.events.flatMap(event =>
    event.type === 'task-log' ? [Number(/^pid (\d+)$/.exec(event.line)?.[1])] : [],
  )
}

for (const name of ['orphan', 'setsid', 'doubleFork'] as const) {
  t.test(
    `a task that succeeds and leaves a process (${name}): it is ended, and an event says so`,
    async t => {
      const ran = await run({ leaves: animal(zoo[name]) }, ['leaves'])
      t.equal(ran.result.outcome, 'succeeded')
      const ended = ran.events.find(event => event.type === 'task-processes-ended')
      t.match(ended, { name: 'leaves', cause: 'left-behind', ended: 1, killed: 0, remaining: [] })
      t.notOk(anyAlive(pidsOf(ran).map(identify)))
    },
  )
}

t.test('a task whose commands end by themselves: no word of processes', async t => {
  const ran = await run({ clean: animal('echo a; echo b >&2') }, ['clean'])
  t.notOk(ran.story.includes('task-processes-ended clean'))
  t.same(logOf(ran, 'clean').sort(), ['a', 'b'])
})

/** Fails as soon as the log of the task beside it has shown `lines` lines. */
function failWhen() {
  const { promise, resolve } = Promise.withResolvers<void>()
  let failedAt = 0
  const bad = task({
    describe: 'bad',
    run: async () => {
      await promise
      failedAt = performance.now()
      throw new Error('failed')
    },
  })
  return { bad, now: resolve, since: () => performance.now() - failedAt }
}

t.test('a failure beside a sleeping process tree ends the whole tree within moments', async t => {
  const { bad, now, since } = failWhen()
  let lines = 0
  const ran = await run({ bad, tree: animal(zoo.tree) }, ['bad', 'tree'], {
    graceMs: 10_000,
    onEvent: event => {
      if (event.type === 'task-log' && ++lines === 4) now()
    },
  })
  const took = since()
  t.comment(`from failure to the end of the run: ${took.toFixed(1)} ms`)
  t.ok(took < 9_000, 'not only when the grace was over')
  t.equal(ran.result.outcome, 'failed')
  t.match(
    ran.events.find(event => event.type === 'task-processes-ended'),
    { name: 'tree', cause: 'aborted', killed: 0 },
  )
  t.notOk(anyAlive(pidsOf(ran).map(identify)))
})

t.test('a failure beside one that ignores SIGTERM: killed after the grace', async t => {
  const { bad, now, since } = failWhen()
  const ran = await run({ bad, deaf: animal(zoo.stubborn) }, ['bad', 'deaf'], {
    graceMs: 200,
    onEvent: event => event.type === 'task-log' && now(),
  })
  const took = since()
  t.comment(`from failure to the end of the run: ${took.toFixed(1)} ms`)
  t.ok(took >= 190)
  const ended = ran.events.find(event => event.type === 'task-processes-ended')
  t.ok(ended?.type === 'task-processes-ended' && ended.killed >= 1)
  t.notOk(anyAlive(pidsOf(ran).map(identify)))
})

t.test('what a failed task left is ended; siblings hear of the failure before that', async t => {
  const fails = animal(`${zoo.stubborn} & sleep 0.2; exit 3`)
  const abortedAfter = Promise.withResolvers<number>()
  let failed = 0
  const beside = task({
    describe: 'beside',
    run: (_, { signal }) =>
      new Promise<void>((_, reject) =>
        signal.addEventListener('abort', () => {
          abortedAfter.resolve(performance.now() - failed)
          reject(signal.reason)
        }),
      ),
  })
  failed = performance.now()
  const ran = await run({ fails, beside }, ['fails', 'beside'], { graceMs: 3_000 })
  t.ok((await abortedAfter.promise) < 2_900, 'not only when the grace was over')
  t.match(
    ran.events.find(event => event.type === 'task-processes-ended'),
    { name: 'fails', cause: 'failed' },
  )
  t.match(ran.result.states.get('fails'), { kind: 'failed', error: { fault: { kind: 'exit', code: 3 } } })
})

t.test('urgency leaves no time to take back what was done', async t => {
  const cancel = new AbortController()
  const urgent = new AbortController()
  const deaf = task({
    describe: 'deaf',
    undoMs: 60_000,
    run: async (_, { exec }) => {
      await exec('sh', ['-c', zoo.stubborn]).catch(() => {})
      await new Promise<void>(() => {})
    },
  })
  const started = performance.now()
  const ran = await run({ deaf }, ['deaf'], {
    graceMs: 60_000,
    signal: cancel.signal,
    urgent: urgent.signal,
    onEvent: event => {
      if (event.type === 'task-log') cancel.abort()
      if (event.type === 'run-cancelled') setImmediate(() => urgent.abort())
    },
  })
  t.ok(performance.now() - started < 30_000)
  t.match(ran.result.states.get('deaf'), { kind: 'aborted', abandoned: true })
})

t.test('urgency kills what would have its grace', async t => {
  const cancel = new AbortController()
  const urgent = new AbortController()
  const started = performance.now()
  const ran = await run({ deaf: animal(zoo.stubborn) }, ['deaf'], {
    graceMs: 60_000,
    signal: cancel.signal,
    urgent: urgent.signal,
    onEvent: event => {
      if (event.type === 'task-log') cancel.abort()
      if (event.type === 'run-cancelled') setImmediate(() => urgent.abort())
    },
  })
  t.ok(performance.now() - started < 30_000)
  t.equal(ran.result.outcome, 'cancelled')
  t.notOk(anyAlive(pidsOf(ran).map(identify)))
})
