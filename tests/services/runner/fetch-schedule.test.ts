import t from 'tap'
import { longestPauseMs, pauseBeforeFetch } from '../../../services/runner/fetch-schedule.ts'

const seconds = (every: number, failures: number, random = 0.5) =>
  pauseBeforeFetch(every * 1_000, failures, random) / 1_000

t.test('the pause before the next fetch', async t => {
  const cases: [every: number, failures: number, pause: number][] = [
    [300, 0, 300],
    [300, 1, 30],
    [300, 2, 60],
    [300, 5, 480],
    [300, 20, 3_600],
    [10, 1, 10],
    [10, 30, 3_600],
    [86_400, 1, 30],
    [86_400, 40, 86_400],
  ]
  for (const [every, failures, pause] of cases)
    t.equal(seconds(every, failures), pause, `every ${every} s, after ${failures} failures`)
})

t.test('it varies by a tenth, and is never longer than the longest', async t => {
  t.equal(seconds(300, 0, 0), 270)
  t.equal(seconds(300, 0, 1), 330)
  for (const every of [1, 300, 86_400])
    for (let failures = 0; failures < 60; failures++)
      t.ok(seconds(every, failures, 1) <= longestPauseMs(every * 1_000) / 1_000)
})
