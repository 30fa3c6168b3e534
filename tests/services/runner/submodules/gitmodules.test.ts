import t from 'tap'
import { nameFault, parseGitmodules } from '../../../../services/runner/submodules/gitmodules.ts'

/** As `git config -z --get-regexp` tells it. */
const told = (...entries: [key: string, value: string][]) =>
  entries.map(([key, value]) => `submodule.${key}\n${value}\0`).join('')

t.test('what .gitmodules declares', async t => {
  const text = told(
    ['a.path', 'libs/a'],
    ['a.url', '../a.git'],
    ['b.c.path', 'b c'],
    ['b.c.url', 'https://h/b'],
    ['d.path', 'src/my.url'],
    ['d.url', '../x.path'],
  )
  t.same(parseGitmodules(text), {
    ok: true,
    submodules: [
      { name: 'a', path: 'libs/a', url: '../a.git' },
      { name: 'b.c', path: 'b c', url: 'https://h/b' },
      { name: 'd', path: 'src/my.url', url: '../x.path' },
    ],
  })
  t.same(parseGitmodules(''), { ok: true, submodules: [] })
  t.same(
    parseGitmodules(told(['a.url', 'https://h/a'])),
    { ok: true, submodules: [] },
    'without a path it is none',
  )
  t.match(parseGitmodules('submodule.a.path\0'), { ok: false, message: /is empty/ }, 'a key without a value')
})

t.test('names and paths that lead anywhere else are refused, however they are written', async t => {
  const faults: [text: string, fault: RegExp][] = [
    ['', /empty/],
    ['..', /plain/],
    ['../../hooks', /plain/], // CVE-2018-11235
    ['a/../../b', /plain/],
    ['a/./b', /plain/],
    ['/etc', /plain/],
    ['a//b', /plain/],
    ['a/', /plain/],
    ['..\\..\\hooks', /backslash/], // CVE-2019-1350
    ['-u./payload', /begins with "-"/], // CVE-2018-17456
    ['--upload-pack=touch x', /begins with "-"/],
    ['a\r', /control/], // CVE-2025-48384
    ['a\nb', /control/],
    ['a\u007fb', /control/],
    ['l\ufffd', /UTF-8/],
    ['.git', /into "\.git"/],
    ['a/.GIT/modules', /into "\.git"/],
    ['.Git/hooks', /into "\.git"/],
    ['git~1/hooks', /into "\.git"/], // CVE-2019-1352
    ['GIT~2', /into "\.git"/],
    ['.git ./x', /into "\.git"/],
    ['.git. . /x', /into "\.git"/],
    ['.git::$INDEX_ALLOCATION/x', /into "\.git"/], // CVE-2019-1353
    ['.g\u200cit/x', /into "\.git"/], // CVE-2014-9390
    ['.gi\ufefft', /into "\.git"/],
    ['x'.repeat(1_001), /1000 characters/],
  ]
  for (const [text, fault] of faults) {
    t.match(nameFault(text), fault, JSON.stringify(text))
    t.match(parseGitmodules(told([`${text}.path`, 'a'])), { ok: false })
    t.match(parseGitmodules(told(['a.path', text], ['a.url', 'https://h/a'])), { ok: false, message: fault })
  }
  for (const text of [
    'a',
    'libs/a-b',
    '.github',
    'a.git',
    'git~x',
    'a b',
    'ä',
    '...',
    '.gitmodules',
    '$(id)',
  ])
    t.equal(nameFault(text), undefined, text)
})

t.test('what is said twice is refused', async t => {
  for (const key of ['path', 'url'])
    t.match(parseGitmodules(told([`a.${key}`, 'x'], [`a.${key}`, 'y'])), {
      ok: false,
      message: `.gitmodules: the submodule "a" has its ${key} twice`,
    })
})
