import t from 'tap'
import { type SessionId, sessionId, type ViewerId } from '../../../../../services/contract/ids.ts'
import { ConnectedViewers } from '../../../../../services/runner/debug/control/connected-viewers.ts'
import { viewer } from './viewers.ts'

t.test('who is connected to a session, through any API, and who has gone', async t => {
  const connected = new ConnectedViewers()
  const gone: [SessionId, ViewerId[]][] = []
  const watch = connected.watch((session, isGone) =>
    gone.push([session, [alice, bob, carol].filter(isGone).map(({ id }) => id)]),
  )
  const [one, two] = [{}, {}]
  const [here, there] = [sessionId.create(), sessionId.create()]
  const [alice, bob, carol] = [viewer('alice'), viewer('bob'), viewer('carol')]
  connected.present(one, { session: here, viewers: [alice, bob] })
  connected.present(two, { session: here, viewers: [carol] })
  connected.present(two, { session: there, viewers: [bob] })
  t.same(connected.of(here), [alice, bob, carol])
  t.same(gone, [])
  connected.present(one, { session: here, viewers: [alice] })
  t.same(gone.splice(0), [[here, [bob.id]]])
  connected.left(two)
  t.same(gone.splice(0), [
    [here, [carol.id]],
    [there, [bob.id]],
  ])
  watch[Symbol.dispose]()
  connected.left(one)
  t.same(gone, [])
  t.same([connected.of(here), connected.of(there)], [[], []])
})

t.test('whose role is taken back is gone, connected or not; owners never are', async t => {
  const connected = new ConnectedViewers()
  const session = sessionId.create()
  const owner = { ...viewer('alice', 'owner'), token: 'pairing' }
  const maria = viewer('maria')
  const pairing = { ...viewer('alice'), token: 'pairing' }
  const gone: string[][] = []
  connected.watch((of, isGone) => {
    t.equal(of, session)
    gone.push([owner, maria, pairing].filter(isGone).map(({ id }) => id))
  })
  connected.unshared({ session, who: { user: 'maria' } })
  connected.unshared({ session, who: { token: 'pairing' } })
  t.same(gone, [[maria.id], [pairing.id]])
})
