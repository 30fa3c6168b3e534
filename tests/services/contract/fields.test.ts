import { spawnSync } from 'node:child_process'
import t from 'tap'
import { breakpointPlace } from '../../../services/contract/debug-breakpoints.ts'
import { patch, revision } from '../../../services/contract/fields.ts'

/** Names, and what git-check-ref-format(1) says of them where we say the same. */
const names: Record<string, boolean> = {
  main: true,
  'feature/x': true,
  'v1.2.3': true,
  '0123abcd': true,
  'grüße/日本': true,
  'a,b=c!(d)%e&f': true,
  '@foo': true,
  '#12': true,
  "it's": true,
  'a{b}': true,
  '': false,
  '@': false,
  'a..b': false,
  'a//b': false,
  '/a': false,
  'a/': false,
  'a.': false,
  '.a': false,
  'a/.b': false,
  'a.lock': false,
  'a.lock/b': false,
  'a@{1}': false,
  'a~1': false,
  'a^': false,
  'a:b': false,
  'a?': false,
  'a*': false,
  'a[b': false,
  'a\\b': false,
  'a b': false,
  'a\n': false,
  'a\tb': false,
  'a\u007f': false,
}

t.test('a revision is any name that git allows', async t => {
  for (const [name, valid] of Object.entries(names)) {
    t.equal(revision.safeParse(name).success, valid, JSON.stringify(name))
    const git = spawnSync('git', ['check-ref-format', name === '@' ? name : `refs/heads/${name}`])
    t.equal(git.status === 0, valid, `${JSON.stringify(name)} as git sees it`)
  }
})

t.test('a revision is never an option, nor hidden characters', async t => {
  for (const name of ['-x', '--upload-pack=x', 'a\u0085b', 'a\u00a0b', 'x'.repeat(251)])
    t.notOk(revision.safeParse(name).success, JSON.stringify(name))
})

t.test('a patch is text that has a UTF-8 form, so that what is stored is what was sent', async t => {
  t.equal(patch.safeParse('+é 😀\n').success, true)
  t.equal(patch.safeParse('+\ud800\n').success, false)
  t.equal(patch.safeParse('').success, false)
})

t.test('who names a function where a line is expected is told how to', t => {
  const said = (place: string) => breakpointPlace.safeParse(place).error?.issues[0]?.message ?? ''
  const hint = (name: string) => `: --function ${name}, or {"kind": "function", "name": "${name}"}`
  t.match(said('src/cart.c:Cart::total'), hint('Cart::total'))
  for (const place of ['total_of', 'function total_of', 'cart.py:total_of'])
    t.match(said(place), hint('total_of'), place)
  t.match(said('main.totalOf'), hint('main.totalOf'))
  t.match(said('cart.py'), /relative to the top of the worktree$/)
  t.equal(said('cart.py:12'), '')
  t.end()
})
