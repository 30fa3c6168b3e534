import t from 'tap'
import { parseHitCondition } from '../../../../../services/runner/debug/gdb/hit-condition.ts'
import { parseLogMessage } from '../../../../../services/runner/debug/gdb/log-message.ts'
import { exitCodeOf } from '../../../../../services/runner/debug/gdb/signals.ts'
import { dataIdOf, parseWatched } from '../../../../../services/runner/debug/gdb/watched.ts'

/** Which of the first twelve hits stop. */
function stops(text: string): number[] | undefined {
  const hits = parseHitCondition(text)
  if (hits === undefined) return undefined
  const stopping: number[] = []
  let passed = 0
  let toSkip = hits.skip
  for (let hit = 1; hit <= 12; hit += 1) {
    if (hits.stops !== null && passed >= hits.stops) break
    if (toSkip > 0) toSkip -= 1
    else {
      stopping.push(hit)
      passed += 1
      toSkip = hits.between
    }
  }
  return stopping
}

t.test('hit counts', async t => {
  for (const [text, hits] of [
    ['3', [3]],
    [' == 3 ', [3]],
    ['=3', [3]],
    ['>=10', [10, 11, 12]],
    ['> 10', [11, 12]],
    ['>=0', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    ['<3', [1, 2]],
    ['<= 3', [1, 2, 3]],
    ['%5', [5, 10]],
    ['%1', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ] as const)
    t.same(stops(text), hits, text)
  for (const text of [
    '',
    'x',
    '0',
    '== 0',
    '%0',
    '<1',
    '<=0',
    '-1',
    '1.5',
    '3 4',
    '99999999999',
    '! 3',
    '2000000000',
  ])
    t.equal(parseHitCondition(text), undefined, JSON.stringify(text))
})

t.test('log messages', async t => {
  const text = (text: string) => ({ kind: 'text', text })
  const expression = (text: string) => ({ kind: 'expression', text })
  t.same(parseLogMessage('plain'), [text('plain')])
  t.same(parseLogMessage(''), [])
  t.same(parseLogMessage('n = { n }, p = {*p}!'), [
    text('n = '),
    expression('n'),
    text(', p = '),
    expression('*p'),
    text('!'),
  ])
  t.same(parseLogMessage('{(int[]){1, 2}[0]}'), [expression('(int[]){1, 2}[0]')])
  t.same(parseLogMessage('\\{n\\} \\n }'), [text('{n} \\n }')])
  t.throws(() => parseLogMessage('a {b'), { message: 'the brace at 2 is not closed' })
  t.throws(() => parseLogMessage('{ }'), { message: 'nothing stands between the braces at 0' })
})

t.test('exit codes of signals', async t => {
  t.same(['SIGKILL', 'SIGSEGV', 'SIGTERM', 'SIG34', 'SIGNOSUCH'].map(exitCodeOf), [137, 139, 143, 162, 128])
})

t.test('what is watched comes back as it went; anything else is none', async t => {
  for (const watched of [
    { expression: 'total', place: null },
    { expression: 'a["x"]', place: { thread: 2, level: 0 } },
  ])
    t.same(parseWatched(dataIdOf(watched)), watched)
  for (const text of [
    '',
    'total',
    '{}',
    '{"expression":1,"place":null}',
    '{"expression":"a","place":{"thread":-1,"level":0}}',
  ])
    t.equal(parseWatched(text), undefined, text)
})
