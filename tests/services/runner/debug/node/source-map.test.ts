import t from 'tap'
import { SourceMap } from '../../../../../services/runner/debug/node/source-map.ts'

const flat = (mappings: string, more: object = {}) =>
  SourceMap.parse(JSON.stringify({ version: 3, sources: ['a.ts', null], mappings, ...more }))

t.test('places go both ways', async t => {
  // Line 0: column 0 from a.ts 0:0, column 4 from 2:1; line 2: column 2 from nothing, column 5 from 0:3.
  const map = flat('AAAA,IAEC;;E,GAFE')
  t.same(map?.originalOf({ line: 0, column: 3 }), { source: 0, line: 0, column: 0 })
  t.same(map?.originalOf({ line: 0, column: 99 }), { source: 0, line: 2, column: 1 })
  t.equal(map?.originalOf({ line: 1, column: 0 }), undefined)
  t.equal(map?.originalOf({ line: 2, column: 3 }), undefined)
  t.same(map?.originalOf({ line: 2, column: 5 }), { source: 0, line: 0, column: 3 })
  t.equal(map?.originalOf({ line: 9, column: 0 }), undefined)
  t.same(map?.generatedOf(0, 0), [
    { line: 0, column: 0 },
    { line: 2, column: 5 },
  ])
  t.same(map?.generatedOf(0, 1), [])
  t.equal(map?.nextLine(0, 1), 2)
  t.equal(map?.nextLine(0, 3), undefined)
})

t.test('names of what was renamed', async t => {
  const names = ['total', 'twice']
  // Column 0 is called total, column 4 was not renamed, column 8 is called twice.
  const mappings = 'AAAAA,IAAA,IAAAC'
  const map = flat(mappings, { names })
  const nameAt = (column: number, line = 0) => map?.nameOf({ line, column })
  t.same(
    [0, 1, 4, 8].map(column => nameAt(column)),
    ['total', undefined, undefined, 'twice'],
  )
  t.equal(nameAt(0, 1), undefined)
  t.equal(flat(mappings)?.nameOf({ line: 0, column: 0 }), undefined)
  t.same(flat(mappings, { names: [1] })?.originalOf({ line: 0, column: 0 }), {
    source: 0,
    line: 0,
    column: 0,
  })
  const part = { version: 3, sources: ['a'], names, mappings }
  const sections = [0, 1].map(line => ({ offset: { line, column: 0 }, map: part }))
  const both = SourceMap.parse(JSON.stringify({ version: 3, sections }))
  t.equal(both?.nameOf({ line: 1, column: 8 }), 'twice')
})

t.test('what stands before the first segment of a line belongs to it', async t => {
  t.same(flat('IAAA')?.originalOf({ line: 0, column: 0 }), { source: 0, line: 0, column: 0 })
})

t.test('a guard against scripts, and a root', async t => {
  const text = JSON.stringify({ version: 3, sources: ['a'], mappings: 'AAA2/B' })
  t.same(SourceMap.parse(`)]}'\n${text}`)?.originalOf({ line: 0, column: 0 }), {
    source: 0,
    line: 0,
    column: 1_019,
  })
  t.same(flat('AAAA,w+B', { sourceRoot: '../src' })?.sources, ['../src/a.ts', null])
})

t.test('sections are one map', async t => {
  const part = (source: string) => ({ version: 3, sources: [source], mappings: 'AAAA;AACA' })
  const map = SourceMap.parse(
    JSON.stringify({
      version: 3,
      sections: [
        { offset: { line: 0, column: 0 }, map: part('a') },
        { offset: { line: 2, column: 10 }, map: part('b') },
      ],
    }),
  )
  t.same(map?.originalOf({ line: 1, column: 0 }), { source: 0, line: 1, column: 0 })
  t.same(map?.originalOf({ line: 2, column: 10 }), { source: 1, line: 0, column: 0 })
  t.same(
    map?.generatedOf(1, 1),
    [{ line: 3, column: 0 }],
    'the column of an offset is of its first line alone',
  )
})

t.test('what is none', async t => {
  for (const text of ['', '{', 'null', '{"version":2}', '{"version":3,"sources":[1],"mappings":""}'])
    t.equal(SourceMap.parse(text), undefined, text)
  t.equal(flat('A!'), undefined)
  t.equal(flat('AA'), undefined, 'two numbers')
  t.equal(flat('AAAAg'), undefined, 'a number that does not end')
  t.equal(flat('gggggggggA'), undefined, 'a number that is too long')
})
