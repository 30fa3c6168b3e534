import t from 'tap'
import type { Outcome } from '../../../tasks/engine/state.ts'
import type { Counts } from '../../../tasks/reporters/run-record.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { summaryLine } from '../../../tasks/reporters/summary.ts'

const none: Counts = {
  waiting: 0,
  running: 0,
  serving: 0,
  'up-to-date': 0,
  resumed: 0,
  restored: 0,
  succeeded: 0,
  failed: 0,
  aborted: 0,
  skipped: 0,
}

t.test('the last line of a run', async t => {
  const cases: [Outcome, Partial<Counts>, number, string][] = [
    ['succeeded', { succeeded: 1 }, 35, '1 task done in 35 ms'],
    ['succeeded', {}, 0, '0 tasks done in 0 ms'],
    [
      'succeeded',
      { succeeded: 3, 'up-to-date': 997, restored: 2 },
      1234,
      '3 tasks done, 997 up to date, 2 restored in 1.2 s',
    ],
    ['succeeded', { 'up-to-date': 1000 }, 35, 'all 1,000 tasks up to date (35 ms)'],
    ['succeeded', { 'up-to-date': 2 }, 35, 'all 2 tasks up to date (35 ms)'],
    ['succeeded', { 'up-to-date': 1 }, 35, '1 task up to date (35 ms)'],
    ['succeeded', { 'up-to-date': 5, restored: 1 }, 35, '5 tasks up to date, 1 restored in 35 ms'],
    ['succeeded', { restored: 1 }, 35, '1 task restored in 35 ms'],
    ['succeeded', { resumed: 2, succeeded: 2 }, 35, '2 tasks done, 2 done before in 35 ms'],
    [
      'failed',
      { failed: 1, succeeded: 3, 'up-to-date': 1997, restored: 2, aborted: 1, skipped: 4 },
      2000,
      'failed after 2.0 s: 1 failed, 3 done, 1,997 up to date, 2 restored, 1 stopped, 4 not started',
    ],
    ['cancelled', { aborted: 1, skipped: 4 }, 9, 'cancelled after 9 ms: 0 done, 1 stopped, 4 not started'],
  ]
  for (const [outcome, counts, ms, text] of cases)
    t.equal(summaryLine(outcome, { ...none, ...counts }, ms, createStyle(false)), text)
})
