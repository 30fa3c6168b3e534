import t from 'tap'
import { parse } from 'toml'
import { lineOf, tomlEntries } from '../../config/toml-entries.ts'

const cases: Record<string, [text: string, entries: string[]]> = {
  'keys at the top and in sections': [
    'a = 1\n\n[s]\n# b = 0\nb = 2 # c = 3\n',
    ['key a 1', 'header s 3', 'key s/b 5'],
  ],
  'quoted and dotted keys': [
    `"a b".c = 1\n'd.e' . f = 2\n"g\\"\\u0041" = 3`,
    ['key a b/c 1', 'key d.e/f 2', 'key g"A 3'],
  ],
  'sections within sections': ['[a.b]\n[a."c d"]\nx=1', ['header a/b 1', 'header a/c d 2', 'key a/c d/x 3']],
  'multi-line strings': [
    'a = """\nx = 1\n\\""" [s]\n"""\nb = \'\'\'\n[no]\n\'\'\'\'\nc = 1',
    ['key a 1-4', 'key b 5-7', 'key c 8'],
  ],
  'strings with signs of TOML in them': [
    `a = "# [x] \\" ="\nb = '] = "'\nc = 1`,
    ['key a 1', 'key b 2', 'key c 3'],
  ],
  'arrays over lines': ['a = [ # x = 1\n [1,\n 2], [\n"]"] ]\nb = 1', ['key a 1-4', 'key b 5']],
  'inline tables, nested and over lines': [
    'a = {b = 1, c.d = {e = [\n{ f = 2 }]}}\ng = {}',
    [
      'key a 1-2',
      'inline a/b 1',
      'inline a/c/d 1-2',
      'inline a/c/d/e 1-2',
      'inline a/c/d/e/0/f 2',
      'key g 3',
    ],
  ],
  'arrays of tables': [
    '[[q]]\na=1\n[[q]]\na=2\n[q.r]\nb=3\n[[q.s]]\nc=4',
    ['header q/0 1', 'key q/0/a 2', 'header q/1 3', 'key q/1/a 4', 'header q/1/r 5', 'key q/1/r/b 6'].concat([
      'header q/1/s/0 7',
      'key q/1/s/0/c 8',
    ]),
  ],
  'Windows line ends and a byte order mark': [
    '\uFEFFa = 1\r\n[s]\r\nb = "x"\r\n',
    ['key a 1', 'header s 2', 'key s/b 3'],
  ],
  'no line end at the end': ['a = 1', ['key a 1']],
  nothing: ['', []],
}

for (const [name, [text, entries]] of Object.entries(cases))
  t.test(name, async t => {
    const told = tomlEntries(text).map(
      ({ kind, path, line, lastLine }) =>
        `${kind} ${path.join('/')} ${line === lastLine ? line : `${line}-${lastLine}`}`,
    )
    t.same(told, entries)
    t.doesNotThrow(() => parse(text), 'it is TOML')
  })

t.test('text that is no TOML gives what can be made out of it', async t => {
  const told = (text: string) => tomlEntries(text).map(({ path, line }) => `${path.join('/')} ${line}`)
  t.same(told('= 1\na = "open\nb = 2\n[c\n]\nd = [1\n'), ['a 2', 'b 3', 'c 4', 'c/d 6'])
  t.same(told('a = 1\na = 2'), ['a 1', 'a 2'])
  t.equal(tomlEntries(`a = ${'['.repeat(100_000)}`).length, 1, 'however deep it goes')
})

t.test('a key has a line, and what is in it or around it has one as well', async t => {
  const entries = tomlEntries('[s]\nlist = [\n1,\n2]\nd.e = 1\n[u.v]\nx = 1\n')
  const lines: [path: string[], line: number | undefined][] = [
    [['s'], 1],
    [['s', 'list'], 2],
    [['s', 'list', '1'], 2],
    [['s', 'd'], 5],
    [['u'], 6],
    [['u', 'v', 'x'], 7],
    [['s', 'nothing'], undefined],
    [[], undefined],
  ]
  for (const [path, line] of lines) t.equal(lineOf(entries, path), line, path.join('.'))
})
