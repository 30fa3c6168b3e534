import { once } from 'node:events'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { systemClock } from '../../../lib/clock.ts'
import { AccessTokens } from '../../../services/api/sign-in/access-tokens.ts'
import { signInId } from '../../../services/contract/ids.ts'
import { endSignIn, insertSignIn } from '../../../services/store/sign-ins.ts'
import { getToken } from '../../../services/store/tokens.ts'
import { startFrontDoor } from './front-door.ts'
import { problemOf, startRig } from './rig.ts'
import { until } from './until.ts'
import { refusalOf } from './websocket-refusal.ts'

const friend = 'https://dash.example.org'

/** A server with a session of alice's, whose browser has signed her in. */
async function startSignedIn(t: Test) {
  const rig = await startRig(t, { allowedOrigins: [friend] })
  await rig.repository()
  const { id: session } = await rig.session()
  const alice = await getToken(rig.store, rig.alice.id)
  if (alice === undefined) throw new Error('alice has a token')
  const id = signInId.create()
  await rig.store.write(transaction =>
    insertSignIn(transaction, {
      ...{ id, user: alice.user_id, from: { address: null, client: null } },
      now: systemClock.now(),
    }),
  )
  const token = await new AccessTokens({ store: rig.store, clock: systemClock }).issue(id, alice.user_id)
  const cookie = `theme=dark; auth_token=${token}`
  const { host } = new URL(rig.api.url)
  const dial = (path: string, headers: Record<string, string>) =>
    new WebSocket(`ws://${host}${path}`, { headers: { cookie, ...headers } })
  const opens = async (socket: WebSocket) => {
    await once(socket, 'open')
    return socket
  }
  const signOut = () => endSignIn(rig.store, id, systemClock.now())
  const streams = ['/events', `/sessions/${session}/logs?follow=true`, `/sessions/${session}/debug`]
  return { ...rig, rig, session, cookie, own: `http://${host}`, dial, opens, signOut, streams }
}

t.test('a page of the server, or of a configured origin, opens streams with its cookie', async t => {
  const { dial, opens, own, streams } = await startSignedIn(t)
  for (const path of streams)
    for (const origin of [own, friend]) {
      const socket = await opens(dial(path, { origin }))
      t.equal(socket.readyState, WebSocket.OPEN, `${path} ${origin}`)
      socket.terminate()
    }
})

t.test('no page of another site does, and nobody without an origin', async t => {
  const { rig, dial, own, streams } = await startSignedIn(t)
  const foreign = [
    'http://evil.example',
    'null',
    `${own}.evil.example`,
    own.replace(/:\d+$/, ''),
    own.replace(/\d$/, digit => `${(Number(digit) + 1) % 10}`),
    own.replace('127.0.0.1', 'localhost'),
    own.replace('http://', 'http://app--ses.'),
    'https://dash.example.org.evil.example',
  ]
  for (const path of streams)
    for (const headers of [{}, ...foreign.map(origin => ({ origin }))]) {
      const problem = problemOf(t, await refusalOf(dial(path, headers)))
      t.match(problem, { code: 'origin_refused', status: 403 }, `${path} ${JSON.stringify(headers)}`)
    }
  t.equal(rig.api.live.readers, 0)
  t.equal(rig.api.debugEvents.watching, 0)
})

t.test('through the front door it is the origin of that which counts', async t => {
  const { rig, cookie, own } = await startSignedIn(t)
  const proxy = await startFrontDoor(t, rig)
  const dial = (origin: string) =>
    new WebSocket(`${proxy.url.replace('http', 'ws')}/api/events`, { headers: { cookie, origin } })
  const socket = dial(proxy.url)
  await once(socket, 'open')
  socket.terminate()
  t.match(problemOf(t, await refusalOf(dial(own))), { code: 'origin_refused' })
})

t.test('a token that is sent along decides alone', async t => {
  const { rig, dial, opens, own } = await startSignedIn(t)
  const bad = problemOf(t, await refusalOf(dial('/events', { origin: own, authorization: 'Bearer dst_x' })))
  t.match(bad, { code: 'unauthenticated' })
  const authorization = `bearer   ${rig.bob.secret} `
  const socket = await opens(dial('/events', { origin: 'http://evil.example', authorization }))
  socket.terminate()
})

t.test('an EventSource of the same site is answered, one of another is not', async t => {
  const { send, cookie, own } = await startSignedIn(t)
  const headers = { cookie, accept: 'text/event-stream' }
  for (const [more, status] of [
    [{}, 200],
    [{ origin: own }, 200],
    [{ origin: 'http://evil.example' }, 403],
  ] as const) {
    const answer = await send('/events?once=true', { token: null, headers: { ...headers, ...more } })
    t.equal(answer.status, status, JSON.stringify(more))
  }
})

t.test('streams end with the sign-in, and so do those that its tickets have opened', async t => {
  const { rig, dial, opens, own, cookie, signOut, streams } = await startSignedIn(t)
  const made = await rig.send('/tickets', {
    method: 'POST',
    body: { stream: 'events' },
    token: null,
    headers: { cookie, origin: own },
  })
  t.equal(made.status, 200, made.text)
  const address = `ws://${new URL(rig.api.url).host}/events?ticket=${JSON.parse(made.text).ticket}`
  const sockets = [await opens(new WebSocket(address, { headers: { origin: own } }))]
  for (const path of streams) sockets.push(await opens(dial(path, { origin: own })))
  const ends = sockets.map(socket => once(socket, 'close'))
  await signOut()
  for (const end of ends) t.equal((await end)[0], 4401)
  await until(() => rig.api.live.readers === 0, 'nothing is left')
  t.match(problemOf(t, await refusalOf(dial('/events', { origin: own }))), { code: 'unauthenticated' })
})
