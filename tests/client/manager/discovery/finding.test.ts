import t from 'tap'
import { entrySchema } from '../../../../client/manager/descriptor/entry.ts'
import { discoveredText, type Found } from '../../../../client/manager/discovery/discovered.ts'
import { merged, replaced } from '../../../../client/manager/discovery/merge.ts'
import { ranked, score } from '../../../../client/manager/discovery/score.ts'

const entry = (name: string, more: object = {}) => entrySchema.parse({ name, ...more })
const of = (from: Found['from'], name: string, more: object = {}): Found => ({
  from,
  entry: entry(name, more),
})
const registry = { kind: 'registry' as const, url: 'https://registry.example.org' }
const other = { kind: 'registry' as const, url: 'https://other.example.org' }
const catalog = { kind: 'catalog' as const, path: 'a.toml' }

t.test('a server fits the better, the nearer its name is to what is looked for', t => {
  const wanted = (query: string, tags: string[] = []) => ({ query, tags })
  const files = entry('io.example/filesystem', { description: 'reads and writes notes', tags: ['files'] })
  t.equal(score(files, wanted('filesystem')), 1)
  t.equal(score(files, wanted('FileSystem notes')), 0.75)
  t.equal(score(files, wanted('file')), 0.6)
  t.equal(score(files, wanted('', ['files'])), 0.8)
  t.equal(score(files, wanted('weather')), 0)
  t.equal(score(files, wanted('')), 1, 'who looks for nothing finds all')
  t.equal(score(files, wanted('f.*m')), 0.6, 'no pattern: f and m are in it')
  const all = ['b', 'a', 'file-a', 'x/file'].map(name => ({ entry: entry(name) }))
  t.same(
    ranked(all, wanted('file'), { limit: 2, least: 0.1 }).map(one => [one.entry.name, one.score]),
    [
      ['file-a', 1],
      ['x/file', 1],
    ],
  )
  t.end()
})

t.test(
  'nobody takes the name of a server that is known from elsewhere, but a catalogue of this machine that of a registry',
  t => {
    const before = [of(registry, 'a/x', { version: '1' }), of(catalog, 'a/y')]
    const now = [
      of(registry, 'A/X', { version: '2' }),
      of(other, 'a/y'),
      of(other, 'a/x'),
      of(registry, 'a/z'),
    ]
    t.same(merged(before, now).merged, [
      { name: 'A/X', status: 'updated' },
      { name: 'a/y', status: 'kept' },
      { name: 'a/x', status: 'kept' },
      { name: 'a/z', status: 'added' },
    ])
    t.same(
      merged(before, before).merged.map(({ status }) => status),
      ['cached', 'cached'],
    )
    t.match(merged(before, [of(catalog, 'a/x')]), {
      merged: [{ status: 'updated' }],
      found: [{ from: catalog }, {}],
    })
    t.end()
  },
)

t.test('a catalogue that is read again loses what it no longer has, and nobody else does', t => {
  const before = [
    of(catalog, 'a'),
    of(catalog, 'b'),
    of(registry, 'c'),
    of({ ...catalog, path: 'b.toml' }, 'd'),
  ]
  const { found, removed } = replaced(before, catalog, [of(catalog, 'b'), of(catalog, 'e')])
  t.same(removed, ['a'])
  t.same(
    found.map(one => one.entry.name),
    ['b', 'c', 'd', 'e'],
  )
  t.end()
})

t.test('nothing is kept that is too long to be read again', t => {
  const found = Array.from({ length: 17 }, (_, at) => {
    const one = of(registry, `a/x${at}`)
    return { ...one, entry: { ...one.entry, description: 'x'.repeat(2_000_000) } }
  })
  t.throws(() => discoveredText(found), { name: 'UserError', message: /longer than 33554432 bytes/ })
  t.match(discoveredText(found.slice(0, 2)), /"a\/x1"/)
  t.end()
})
