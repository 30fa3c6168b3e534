import t from 'tap'
import { commonMatcher, compile } from '../../../../tasks/engine/files/find-files.ts'
import { randomNumbers } from '../random-graph.ts'

t.test('common patterns match what picomatch says', async t => {
  const random = randomNumbers(7)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const names = [
    'a',
    'b.ts',
    '.ts',
    '.hidden',
    'two words',
    'é.ts',
    'a.b.ts',
    'ts',
    '.a.ts',
    '-',
    '~',
    '$x',
    '^y',
    'x,y',
  ]
  const path = () => Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(names)).join('/')
  const tails = ['*', '*.ts', '*ts', '**/*', '**/*.ts', '**/*a', '*.hidden']
  let matching = 0
  for (let i = 0; i < 20_000; i++) {
    const pattern = pick([pick(tails), `${path()}/${pick(tails)}`, `../${path()}/${pick(tails)}`])
    const other = pick([path(), `../${path()}`, `${pattern.slice(0, pattern.indexOf('*'))}${path()}`])
    const own = commonMatcher(pattern)?.(other)
    if (own !== compile(pattern)(other)) t.fail(`${pattern} and ${other}: ${own}`)
    if (own) matching++
  }
  t.ok(matching > 2_000, `${matching} matched`)
})

t.test('others are left to picomatch', async t => {
  for (const pattern of [
    'a/**',
    'a?.ts',
    '[ab]/*.ts',
    '{a,b}/*',
    'a*.ts',
    '*/*.ts',
    '(a)/*',
    '!a/*',
    '+(a)/*',
    'a/***',
  ])
    t.equal(commonMatcher(pattern), undefined, pattern)
})
