import t from 'tap'
import type { ParamDeclaration } from '../../../../tasks/engine/params/declaration.ts'
import { GivenWords, isOption } from '../../../../tasks/engine/params/given-words.ts'

const make = (name: string, more: Partial<ParamDeclaration> = {}): ParamDeclaration => ({
  name,
  flag: `--${name}`,
  kind: 'value',
  positional: false,
  variadic: false,
  required: false,
  value: name.toUpperCase(),
  ...more,
})

const declarations = [
  make('kind', { positional: true }),
  make('files', { positional: true, kind: 'list', variadic: true }),
  make('port', { short: '-p' }),
  make('force', { kind: 'boolean', short: '-f' }),
  make('tag', { kind: 'list', short: '-t' }),
]

/** Deals words until one is for somebody else, and returns what was given with the words that are left. */
function deal(words: readonly string[], known = declarations) {
  const dealt = new GivenWords(known)
  let at = 0
  while (at < words.length) {
    const next = dealt.take(words, at)
    if (next === undefined) break
    at = next
  }
  const given = Object.fromEntries([...dealt.given].map(([name, { text }]) => [name, text]))
  return { given, taken: dealt.words, left: words.slice(at) }
}

const cases: { words: string; given: Record<string, unknown>; left?: string }[] = [
  { words: '', given: {} },
  { words: 'unit', given: { kind: 'unit' } },
  { words: 'unit a b', given: { kind: 'unit', files: ['a', 'b'] } },
  { words: 'unit a --force b', given: { kind: 'unit', files: ['a', 'b'], force: true } },
  { words: '--port 1', given: { port: '1' } },
  { words: '--port=1', given: { port: '1' } },
  { words: '--port=', given: { port: '' } },
  { words: '--port=--force', given: { port: '--force' } },
  { words: '-p 1', given: { port: '1' } },
  { words: '-p1', given: { port: '1' } },
  { words: '-p=1', given: { port: '=1' } },
  { words: '-p -5', given: { port: '-5' } },
  { words: '--port -', given: { port: '-' } },
  { words: '--port 1 --port 2', given: { port: '2' } },
  { words: '--force', given: { force: true } },
  { words: '-f', given: { force: true } },
  { words: '--no-force', given: { force: false } },
  { words: '--force --no-force', given: { force: false } },
  { words: '--tag a -t b --tag=c -td', given: { tag: ['a', 'b', 'c', 'd'] } },
  { words: '- -5 -.5', given: { kind: '-', files: ['-5', '-.5'] } },
  { words: '--kind unit a', given: { kind: 'unit', files: ['a'] } },
  { words: '--files a b', given: { files: ['a'], kind: 'b' } },
  { words: '--files a unit more', given: { files: ['a'], kind: 'unit' }, left: 'more' },
  { words: 'unit --summary', given: { kind: 'unit' }, left: '--summary' },
  { words: '-fx', given: {}, left: '-fx' },
  { words: '--no-port', given: {}, left: '--no-port' },
]
for (const { words, given, left = '' } of cases)
  t.test(`words: ${words}`, async t => {
    const all = words.split(' ').filter(Boolean)
    const dealt = deal(all)
    t.same(dealt.given, given)
    t.equal(dealt.left.join(' '), left)
    t.same([...dealt.taken, ...dealt.left], all, 'what was taken is kept as it was typed')
  })

const wrong: { words: string; message: string; fix?: string | RegExp }[] = [
  { words: '--port', message: '--port needs a value: --port PORT' },
  { words: '-p', message: '-p needs a value: -p PORT' },
  { words: '--port --', message: '--port needs a value: --port PORT' },
  { words: '--port --force', message: '--port needs a value: --port PORT', fix: /--port=--force/ },
  {
    words: '--force=yes',
    message: '--force takes no value: --force=yes',
    fix: 'write --force or --no-force',
  },
  { words: 'unit --kind e2e', message: 'KIND is given twice: in its place, and by --kind' },
]
for (const { words, message, fix } of wrong)
  t.test(`wrong: ${words}`, async t => {
    t.throws(() => deal(words.split(' ')), { name: 'UserError', message, ...(fix !== undefined && { fix }) })
  })

t.test('without a positional every plain word is for somebody else', async t => {
  t.match(deal(['--port', '1', 'next'], [make('port')]), { given: { port: '1' }, left: ['next'] })
})

t.test('any values come back, however they are joined to their flags', async t => {
  const next = random(7)
  const alphabet = ['a', '-', '=', ' ', 'é', '0', '--', '"']
  for (let round = 0; round < 2_000; round++) {
    const text = Array.from({ length: next(4) }, () => alphabet[next(alphabet.length)]).join('')
    const tags = Array.from({ length: next(3) }, (_, i) => `${text}${i}`)
    const force = next(2) === 1
    const parts = [
      [`--port=${text}`],
      ...tags.map(tag => (isOption(tag) || next(2) === 0 ? [`--tag=${tag}`] : ['--tag', tag])),
      [force ? '--force' : '--no-force'],
    ]
    const order = parts.map(part => ({ part, key: part[0]?.startsWith('--tag') ? 0 : next(9) - 4 }))
    const words = order.sort((a, b) => a.key - b.key).flatMap(({ part }) => part)
    const { given, left } = deal(words)
    const expected = { port: text, force, ...(tags.length > 0 && { tag: tags }) }
    if (left.length > 0 || JSON.stringify(sorted(given)) !== JSON.stringify(sorted(expected))) {
      t.same(given, expected, words.join(' '))
      return
    }
  }
  t.pass('2,000 command lines')
})

function sorted(record: Record<string, unknown>): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Whole numbers below a limit, the same ones for the same seed. */
function random(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
