import t from 'tap'
import { KeyedJobs } from '../../../services/runner/keyed-jobs.ts'
import { until } from '../../until.ts'

/** A promise and what settles it. */
const gate = () => Promise.withResolvers<void>()

t.test('one job a key, others beside it', async t => {
  const settled: [string, unknown][] = []
  await using jobs = new KeyedJobs((key, error) => settled.push([key, error]))
  const [first, second] = [gate(), gate()]
  t.equal(
    jobs.start('a', () => first.promise),
    true,
  )
  t.equal(
    jobs.start('a', () => Promise.reject(new Error('it ran twice'))),
    false,
  )
  t.equal(
    jobs.start('b', () => second.promise),
    true,
  )
  t.ok(jobs.has('a'))
  second.resolve()
  await until('b', () => settled.length === 1)
  t.same(settled, [['b', undefined]])
  first.resolve()
  await until('a', () => !jobs.has('a'))
  const again = gate()
  t.equal(
    jobs.start('a', async () => again.resolve()),
    true,
    'and then it can be done again',
  )
  await again.promise
})

t.test('a job that failed is refused for a while, and tried again later', async t => {
  const settled: [string, unknown][] = []
  await using jobs = new KeyedJobs((key, error) => settled.push([key, error]))
  const error = new Error('broken')
  jobs.start('a', () => Promise.reject(error))
  await until('its end', () => settled.length === 1)
  t.same(settled, [['a', error]])
  t.equal(
    jobs.start('a', async () => undefined),
    false,
  )
  t.equal(
    jobs.start('b', async () => undefined),
    true,
    'others are not',
  )
  const failed = performance.now()
  await until('another try', () => jobs.start('a', async () => undefined))
  t.ok(performance.now() - failed > 250)
})

t.test('what has failed waits twice as long each time, unless nobody has asked for it for long', async t => {
  let [settled, elapsed] = [0, 0]
  await using jobs = new KeyedJobs(
    () => void settled++,
    () => elapsed,
  )
  const fails = async (key: string) => {
    const before = settled
    if (!jobs.start(key, () => Promise.reject(new Error('broken')))) return false
    await until('its end', () => settled > before)
    return true
  }
  t.equal(await fails('a'), true)
  for (const pause of [500, 1_000, 2_000]) {
    elapsed += pause - 1
    t.equal(await fails('a'), false)
    elapsed++
    t.equal(await fails('a'), true, `after ${pause} ms`)
  }
  elapsed += 4_000 + 30_001
  t.equal(await fails('b'), true, 'the failure of another, with which that of the first is forgotten')
  t.equal(await fails('a'), true)
  elapsed += 500
  t.equal(await fails('a'), true, 'it begins anew')
})

t.test('aborting is no failure', async t => {
  const settled: [string, unknown][] = []
  await using jobs = new KeyedJobs((key, error) => settled.push([key, error]))
  const untilAborted = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  jobs.start('a', untilAborted)
  jobs.abort('a')
  jobs.abort('nobody')
  await until('its end', () => settled.length === 1)
  t.same(settled, [['a', undefined]])
  t.equal(jobs.start('a', untilAborted), true)
  await jobs[Symbol.asyncDispose]()
  t.notOk(jobs.has('a'), 'disposing aborts and waits')
  t.equal(jobs.start('c', untilAborted), false, 'and nothing is started any more')
})
