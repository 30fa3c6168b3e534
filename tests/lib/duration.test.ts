import t from 'tap'
import { secondsOf } from '../../lib/duration.ts'

t.test('times', async t => {
  const times: [string, number][] = [
    ['90', 90],
    ['30s', 30],
    ['250ms', 0.25],
    ['10m', 600],
    ['1.5h', 5_400],
    ['30 d', 2_592_000],
    ['2w', 1_209_600],
    ['0', 0],
    ['0.000001', 0.000001],
  ]
  for (const [text, seconds] of times) t.equal(secondsOf(text), seconds, text)
})

t.test('what is no time', async t => {
  for (const text of ['', 'd', '-1d', '1y', '1e3', '1d1', '1 ', '1  d', '1D', `${'9'.repeat(200)}s`])
    t.equal(secondsOf(text), undefined, text)
})
