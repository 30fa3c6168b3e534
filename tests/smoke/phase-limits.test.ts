import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { withinLimits } from '../../tasks/smoke/phase-limits.ts'

/** What the engine gives to a task, with what became of its scope. */
function given() {
  const control = new AbortController()
  const done: string[] = []
  const context = {
    signal: control.signal,
    log: () => {},
    progress: () => {},
    exec: async () => ({ code: 0, stdout: '', stderr: '' }),
    scope: { end: async () => void done.push('ended') },
  } as unknown as Parameters<typeof withinLimits>[1]
  return { control, context, done }
}

t.test('a limit is told while all is at work, which is ended then, whether it listens or not', async t => {
  for (const listens of [true, false]) {
    const { context, done } = given()
    const keep = setTimeout(() => {}, 60_000)
    const work = (signal: AbortSignal) =>
      new Promise<void>((_, reject) => {
        if (listens) signal.addEventListener('abort', () => reject(signal.reason))
      })
    let own: AbortSignal | undefined
    const outcome = withinLimits(
      { timeout: 50 },
      context,
      ({ signal, log }) => {
        own = signal
        log('begun')
        return work(signal)
      },
      async (error, said) => {
        await delay(20)
        t.match(error, { message: /timed out after 50 ms/ })
        t.same(said, ['begun'])
        t.equal(own?.aborted, false)
        done.push('told')
      },
    )
    await t.rejects(outcome, { message: /timed out after 50 ms/ })
    t.same(done, ['told', 'ended'])
    t.equal(own?.aborted, true)
    clearTimeout(keep)
  }
})

t.test('who says something is not silent, and of what was said the last is told', async t => {
  const { context } = given()
  const outcome = withinLimits(
    { heartbeat: 400 },
    context,
    async ({ answered, progress, log, exec, signal }) => {
      for (const say of [() => answered('an answer'), () => progress('50 %'), () => log('a line')]) {
        await delay(200)
        say()
      }
      await exec('git', ['log', 'a b'])
      for (let line = 0; line < 39; line++) log(`${line}`)
      await delay(5_000, undefined, { signal })
    },
    async (_, said) => {
      t.equal(said.length, 40)
      t.equal(said[0], "$ git log 'a b'")
      t.equal(said.at(-1), '38')
    },
  )
  await t.rejects(outcome, { message: /said nothing for 400 ms/ })
})

t.test('nothing is told of a phase that is ended with its run', async t => {
  const { context, control, done } = given()
  const outcome = withinLimits(
    {},
    context,
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    async () => void done.push('told'),
  )
  control.abort(new Error('Ctrl+C'))
  await t.rejects(outcome, { message: 'Ctrl+C' })
  t.same(done, ['ended'])
})
