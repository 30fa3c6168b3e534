import t from 'tap'
import { changesText, changeText } from '../../../tasks/reporters/change-text.ts'
import { troubleText } from '../../../tasks/reporters/trouble-text.ts'
import { changes, troubles } from './changes.ts'

t.test('a change', async t => {
  t.same(changes.map(changeText), [
    'no earlier result',
    'its last run did not succeed',
    '--force was given',
    'src/a.ts changed',
    'src/b.ts is new',
    'src/c.ts is gone',
    'its source Taskfile.ts changed',
    'its command or declared outputs changed',
    'the value mode changed',
    'the parameter port changed',
    'TOKEN changed',
    'the words after -- changed',
    'node 22.1.0 → 24.1.0',
    'go 1.24.0 is new',
    'gcc 14.2.0 is gone',
    'make changed',
    'the result of build changed',
    'the outputs of build changed',
    'the result of build cannot be compared',
    'out.txt is missing',
    'its output out.txt changed',
  ])
})

t.test('several changes on one line', async t => {
  const change = { kind: 'input', path: 'src/a.ts', how: 'changed' } as const
  const cases: [number, string | undefined][] = [
    [0, undefined],
    [1, 'src/a.ts changed'],
    [2, 'src/a.ts changed, and 1 more'],
    [10_001, 'src/a.ts changed, and 10,000 more'],
  ]
  for (const [length, text] of cases) t.equal(changesText(Array.from({ length }, () => change)), text)
})

t.test('what files are called does no harm', async t => {
  t.equal(changeText({ kind: 'input', path: 'a\x1b[2J\nb\u202e', how: 'added' }), 'a\\nb is new')
})

t.test('a trouble', async t => {
  t.same(troubles.map(troubleText), [
    'the memory of earlier runs cannot be used (damaged); it is begun anew, and the old one is runs.db.1',
    'nothing more of this run is remembered: disk full',
    'what the cache holds is damaged, so it runs: cache/12',
    'what the cache holds cannot be put into its place, so it runs: disk full',
    'its outputs are not kept in the cache: disk full',
  ])
})
