import t from 'tap'
import { globMatches, globStart, globStep, type PathGlob, parsePathGlob } from '../../lib/path-glob.ts'

function glob(text: string): PathGlob {
  const parsed = parsePathGlob(text)
  if (!parsed.ok) throw new Error(`${text} ${parsed.reason}`)
  return parsed.glob
}

const matches = (text: string, path: string): boolean => {
  const wanted = glob(text)
  return globMatches(
    wanted,
    path.split('/').reduce((state, name) => globStep(wanted, state, name), globStart(wanted)),
  )
}

t.test('paths that patterns match, and paths that they do not', t => {
  const table: [pattern: string, path: string, matched: boolean][] = [
    ['junit.xml', 'junit.xml', true],
    ['junit.xml', 'a/junit.xml', false],
    ['junit.xml', 'junitxxml', false],
    ['*.xml', 'a.xml', true],
    ['*.xml', '.xml', true],
    ['*.xml', 'a/b.xml', false],
    ['**/*.xml', 'b.xml', true],
    ['**/*.xml', 'a/b/c.xml', true],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**/z', 'a/b/c/y', false],
    ['a/**/b/**/c', 'a/b/x/b/c', true],
    ['a/**', 'a/b/c', true],
    ['**', 'a/b', true],
    ['reports', 'reports/deep/one.txt', true],
    ['reports/', 'reports/deep/one.txt', true],
    ['reports/*', 'reports/deep/one.txt', false],
    ['repo*/', 'reports/deep/one.txt', true],
    ['./a//b', 'a/b', true],
    ['core.?', 'core.1', true],
    ['core.?', 'core.12', false],
    ['core.?', 'core.😀', true],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['[]]x', ']x', true],
    ['[a-]x', '-x', true],
    ['\\*', '*', true],
    ['\\*', 'a', false],
    ['\\{a\\}', '{a}', true],
    ['*a*b*c', 'xaxbxxabc', true],
    ['*a*b*c', 'xaxbxxab', false],
    ['***', 'a', true],
    ['(a|b)+', '(a|b)+', true],
  ]
  for (const [pattern, path, matched] of table) t.equal(matches(pattern, path), matched, `${pattern} ${path}`)
  t.end()
})

t.test('a directory in which nothing can match is known as such', t => {
  const wanted = glob('a/*/c')
  t.same(globStep(wanted, globStart(wanted), 'b'), [])
  t.not(globStep(wanted, globStart(wanted), 'a').length, 0)
  t.end()
})

t.test('patterns that are none say why', t => {
  for (const [text, reason] of [
    ['/etc/passwd', /relative/],
    ['a/../b', /lead out/],
    ['..', /lead out/],
    ['', /names nothing/],
    ['./', /names nothing/],
    ['!a', /"!"/],
    ['*.{xml,json}', /braces/],
    ['a[b', /without its \]/],
    ['a\\', /before nothing/],
  ] as const)
    t.match(parsePathGlob(text), { ok: false, reason })
  t.end()
})

t.test('no pattern takes long for any name', t => {
  const began = performance.now()
  matches(`${'*a'.repeat(100)}*b`, 'a'.repeat(255))
  matches(`${'**/*a*/'.repeat(40)}b`, Array(120).fill('aaaaaaaa').join('/'))
  t.ok(performance.now() - began < 10_000)
  t.end()
})
