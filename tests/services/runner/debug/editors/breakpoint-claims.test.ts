import t from 'tap'
import { viewerId } from '../../../../../services/contract/ids.ts'
import { BreakpointClaims } from '../../../../../services/runner/debug/editors/breakpoint-claims.ts'

const there = (...keys: string[]) => new Set(keys)

t.test('what others had set stays when an editor that has set it as well takes it away', async t => {
  const claims = new BreakpointClaims()
  const editor = viewerId.create()
  t.same(claims.replace(editor, [], ['theirs', 'own'], there('theirs')), [])
  t.same(claims.replace(editor, ['theirs', 'own'], [], there('theirs', 'own')), ['own'])
})

t.test('what two editors want goes with the second of them', async t => {
  const claims = new BreakpointClaims()
  const [one, two] = [viewerId.create(), viewerId.create()]
  claims.replace(one, [], ['a'], there())
  claims.replace(two, [], ['a'], there('a'))
  t.same(claims.replace(one, ['a'], [], there('a')), [])
  t.same(claims.replace(two, ['a'], [], there('a')), ['a'])
})

t.test('what others ask for after an editor stays, and what they take away is nobody’s', async t => {
  const claims = new BreakpointClaims()
  const editor = viewerId.create()
  claims.replace(editor, [], ['a', 'b'], there())
  claims.byOthers(['a', 'never heard of'])
  t.same(claims.replace(editor, ['a', 'b'], [], there('a', 'b')), ['b'])
  claims.replace(editor, [], ['c'], there())
  t.same(claims.replace(editor, ['c'], ['c'], there()), [])
  t.same(claims.replace(editor, ['c'], [], there('c')), ['c'])
})

t.test('in the place of another debuggee an editor keeps what it alone has asked for', async t => {
  const claims = new BreakpointClaims()
  const [editor, other] = [viewerId.create(), viewerId.create()]
  claims.replace(editor, [], ['own', 'shared', 'theirs'], there('theirs'))
  claims.replace(other, [], ['shared'], there('own', 'shared', 'theirs'))
  const anew = new BreakpointClaims()
  anew.takeOver(editor, claims.ofAlone(editor))
  t.same(claims.ofAlone(editor), ['own'])
  t.same(anew.replace(editor, ['own'], [], there('own', 'shared', 'theirs')), ['own'])
})

t.test('a process begins with what was asked for of the one that has started it', async t => {
  const claims = new BreakpointClaims()
  const editor = viewerId.create()
  claims.replace(editor, [], ['theirs', 'own'], there('theirs'))
  const below = claims.handedDown()
  t.same(
    ['theirs', 'own', 'none'].map(key => below.has(editor, key)),
    [true, true, false],
  )
  t.same(below.replace(editor, ['theirs', 'own'], [], there('theirs', 'own')), ['own'])
  t.ok(claims.has(editor, 'own'), 'what becomes of it there changes nothing here')
})
