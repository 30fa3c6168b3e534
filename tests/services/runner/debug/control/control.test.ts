import t from 'tap'
import type { Viewer } from '../../../../../services/contract/debug-control.ts'
import {
  asked,
  begun,
  type Control,
  ended,
  endsAt,
  free,
  gone,
  type Held,
  lapsed,
  mayTake,
  mostAsking,
  nextLook,
  over,
  taken,
} from '../../../../../services/runner/debug/control/control.ts'
import { viewer } from './viewers.ts'

const times = { actedMs: 10, givenMs: 20, askedMs: 30 }
const [alice, bob, carol] = [viewer('alice'), viewer('bob'), viewer('carol')]
const owner = viewer('owner', 'owner')
const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('it was refused')
  return value
}
const actsOf = (control: Control) => (control.kind === 'held' ? control.acts : undefined)
const holderOf = (control: Control) => (control.kind === 'held' ? control.holder.user : undefined)
const askingOf = (control: Control) =>
  control.kind === 'held' ? control.asking.map(({ viewer: { user } }) => user) : []

t.test('who acts while it is free holds it until a while after the last act', async t => {
  const one = present(begun(free, alice, 0, times))
  t.equal(begun(one, bob, 1, times), undefined, 'another does not')
  t.equal(endsAt(one), undefined, 'not while the act is under way')
  const two = present(begun(one, alice, 5, times))
  t.equal(actsOf(two), 2)
  const still = over(two, alice, 6)
  t.equal(lapsed(still, 1_000, times), still)
  const done = over(still, alice, 8)
  t.equal(lapsed(done, 17, times), done)
  t.equal(lapsed(done, 18, times), free)
  t.equal(holderOf(present(begun(lapsed(done, 18, times), bob, 18, times))), 'bob')
})

t.test("who has only acted makes way for the owner's editor", async t => {
  const acting = present(begun(free, alice, 0, times))
  t.equal(begun(acting, owner, 1, times, true), undefined, 'not in the middle of an act')
  const acted = over(acting, alice, 1)
  t.equal(begun(acted, owner, 2, times), undefined, 'nor for another client of theirs')
  t.equal(begun(acted, bob, 2, times, true), undefined, 'nor for an editor of somebody else')
  t.match(begun(acted, owner, 2, times, true), { holder: owner, taken: false, since: 2, acts: 1 })
  t.equal(begun(taken(acted, alice, 2, 100), owner, 3, times, true), undefined, 'nor who has taken it')
})

t.test('who has taken it holds it for as long as they have said', async t => {
  t.ok(mayTake(free, alice))
  const held = taken(present(begun(free, alice, 0, times)), alice, 1, 100)
  t.match(held, { taken: true, since: 0, acts: 1 }, 'also in the middle of an act of theirs')
  t.notOk(mayTake(held, bob))
  t.ok(mayTake(held, owner), 'the owner of the session may always take it')
  const theirs = taken(held, owner, 2, 50)
  t.match(theirs, { holder: { user: 'owner' }, since: 2, acts: 0 })
  t.equal(over(theirs, alice, 3), theirs, 'the end of an act of who held it before changes nothing')
  t.equal(lapsed(theirs, 51, times), theirs)
  t.equal(lapsed(theirs, 52, times), free)
})

t.test('it goes to who has asked first', async t => {
  let held: Held = taken(free, alice, 0, 100)
  for (const [at, who] of [bob, carol, bob].entries()) held = present(asked(held, who, at + 1, times))
  t.same(askingOf(held), ['bob', 'carol'], 'to ask again keeps the place')
  const next = ended(held, 10, times)
  t.equal(holderOf(next), 'bob')
  t.same(askingOf(next), ['carol'])
  t.match(next, { taken: true, since: 10, idleMs: 20 })
  t.equal(holderOf(lapsed(next, 30, times)), 'carol', 'and on, where they do nothing')
  t.equal(nextLook(held), 32, 'who has asked second asks until then')
  t.same(askingOf(lapsed(held, 32, times)), ['bob'], 'a request that is old is none')
  t.same(askingOf(taken(held, bob, 10, 100)), ['carol'], 'who takes it asks no more')
})

t.test('so many may ask', async t => {
  let held: Held = taken(free, alice, 0, 100)
  for (let at = 0; at < mostAsking; at++) held = present(asked(held, viewer(`v${at}`), at, times))
  t.equal(asked(held, bob, 20, times), undefined)
})

const is =
  (...gone: readonly Viewer[]) =>
  ({ id }: Viewer) =>
    gone.some(one => one.id === id)

t.test('a viewer who goes holds nothing and asks for nothing', async t => {
  const held = present(asked(present(asked(taken(free, alice, 0, 100), bob, 1, times)), carol, 2, times))
  t.same(askingOf(gone(held, is(bob), 3, times)), ['carol'])
  t.equal(gone(held, is(owner), 3, times), held)
  t.equal(holderOf(gone(held, is(alice), 3, times)), 'bob')
  t.equal(holderOf(gone(held, is(alice, bob), 3, times)), 'carol', 'nobody who goes as well')
  const acting = present(begun(free, alice, 0, times))
  t.equal(gone(acting, is(alice), 1, times), free, 'in the middle of an act as well')
})
