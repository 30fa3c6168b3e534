import { once } from 'node:events'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { WebSocket } from 'ws'
import type { SessionId } from '../../../services/contract/ids.ts'
import { type Codec, subprotocols } from '../../../services/contract/stream-codec.ts'
import { type Rig, startRig } from './rig.ts'
import { MovableClock } from './sign-in/movable-clock.ts'
import { until } from './until.ts'

t.setTimeout(120_000)

const password = 'correct-horse-7-battery'

/** How a stream ended: the last that was told, and the close code of a WebSocket. */
type Ended = { readonly last: string; readonly code: number | undefined }

/** One that has been opened. Not a promise of its end alone: to wait for the opening would be to wait for that. */
type Following = { readonly ended: Promise<Ended> }

async function overWebSocket(rig: Rig, path: string, token: string, codec: Codec): Promise<Following> {
  const socket = new WebSocket(`${rig.api.url.replace('http', 'ws')}${path}`, [subprotocols[codec]], {
    headers: { authorization: `Bearer ${token}` },
  })
  let last = ''
  socket.on('message', data => {
    last = `${data}`
  })
  const ended = once(socket, 'close').then(([code]) => ({ last, code }))
  await once(socket, 'open')
  return { ended }
}

async function overHttp(rig: Rig, path: string, token: string, accept: string): Promise<Following> {
  const { statusCode, body } = await request(`${rig.api.url}${path}`, {
    headers: { authorization: `Bearer ${token}`, accept },
  })
  if (statusCode !== 200) throw new Error(await body.text())
  const ended = body.text().then(
    text => ({ last: text.trimEnd().split('\n').at(-1) ?? '', code: undefined }),
    // A format that has no room for a reason is cut off, which every client reports.
    () => ({ last: 'cut', code: undefined }),
  )
  return { ended }
}

/** Every way to follow something, by everybody's address of it. */
const followed = (session: SessionId) =>
  [
    ['a log over a WebSocket', 'json', `/sessions/${session}/logs?follow=true`],
    ['a log over a WebSocket, as text', 'text', `/sessions/${session}/logs?follow=true`],
    ['a log as NDJSON', 'application/x-ndjson', `/sessions/${session}/logs?follow=true`],
    ['a log as text', 'text/plain', `/sessions/${session}/logs?follow=true`],
    ['a log as Server-Sent Events', 'text/event-stream', `/sessions/${session}/logs?follow=true`],
    ['changes over a WebSocket', 'json', '/events'],
    ['changes of one session over a WebSocket', 'json', `/events?session=${session}`],
    ['changes as NDJSON', 'application/x-ndjson', '/events'],
    ['changes as Server-Sent Events', 'text/event-stream', `/events?session=${session}`],
    ['debuggers', 'json', `/sessions/${session}/debug`],
  ] as const

async function followAll(rig: Rig, session: SessionId, token: string) {
  const { live, debugEvents } = rig.api
  const before = { readers: live.readers, watching: debugEvents.watching }
  const all = []
  for (const [what, how, path] of followed(session)) {
    const { ended } =
      how === 'json' || how === 'text'
        ? await overWebSocket(rig, path, token, how)
        : await overHttp(rig, path, token, how)
    all.push({ what, ended })
  }
  const followers = before.readers + all.length - 1
  await until(
    () => live.readers === followers && debugEvents.watching === before.watching + 1,
    'all are followed',
  )
  return all
}

/** Each has been told why, and is over. */
async function allEnd(
  t: Test,
  all: Awaited<ReturnType<typeof followAll>>,
  { code, problem }: { code: number; problem: string },
) {
  for (const { what, ended } of all) {
    const { last, code: closed } = await ended
    if (what === 'a log as text') t.equal(last, 'cut', what)
    else t.match(last, problem, what)
    if (closed !== undefined) t.equal(closed, code, what)
  }
}

const nothingIsLeft = ({ api }: Rig) =>
  until(() => api.live.readers === 0 && api.debugEvents.watching === 0, 'nothing is left')

t.test('who is disabled is told no more, whatever they follow', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const all = await followAll(rig, id, rig.alice.secret)
  await rig.call('users.disable', { user: 'alice' }, rig.admin)
  await allEnd(t, all, { code: 4401, problem: 'this token is not valid' })
  await nothingIsLeft(rig)
})

t.test('an administrator who is one no more is told no more of what is not theirs', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  await rig.call('users.create', { name: 'carol', password, role: 'admin' }, rig.admin)
  const { access_token } = await rig.call('auth.login', { name: 'carol', password }, null)
  const all = await followAll(rig, id, access_token ?? '')
  await rig.call('users.update', { user: 'carol', role: 'user' }, rig.admin)
  await allEnd(t, all, { code: 4403, problem: 'scope admin' })
  await nothingIsLeft(rig)
})

t.test('a token that expires ends what it has opened, a sign-in goes on until it is ended', async t => {
  const clock = new MovableClock(Date.now())
  const rig = await startRig(t, { clock })
  await rig.repository()
  await rig.call('users.create', { name: 'maria', password }, rig.admin)
  const { access_token, refresh_token } = await rig.call('auth.login', { name: 'maria', password }, null)
  const short = await rig.call(
    'tokens.create',
    { name: 'short', user: 'maria', scopes: ['cli'], expires_in: 600 },
    rig.admin,
  )
  const { id } = await rig.session([], { secret: short.token, id: short.id })
  const bySignIn = await followAll(rig, id, access_token ?? '')
  const byToken = await followAll(rig, id, short.token)
  const over: string[] = []
  for (const { what, ended } of bySignIn) void ended.then(() => over.push(what))
  clock.pass(1_000_000)
  await allEnd(t, byToken, { code: 4401, problem: 'the token expired at' })
  t.same(over, [], 'these were looked at before the others')
  t.equal((await rig.send('/sessions', { token: access_token })).status, 401, 'by now it opens nothing more')
  await rig.call('auth.logout', { refresh_token }, null)
  await allEnd(t, bySignIn, { code: 4401, problem: 'not valid' })
  await nothingIsLeft(rig)
})

t.test('a session that is deleted ends what follows it, and a server that stops ends the rest', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const all = await followAll(rig, id, rig.alice.secret)
  const isOfAll = (what: string) => ['changes over a WebSocket', 'changes as NDJSON'].includes(what)
  await rig.runner.remove(id)
  const ofSession = all.filter(({ what }) => !isOfAll(what))
  t.equal(ofSession.length, 8)
  for (const { what, ended } of ofSession) {
    const { last, code } = await ended
    // As bare bytes it ends as it is whole: there was nothing to tell.
    if (what === 'a log as text') t.equal(last, '', what)
    else t.match(last, 'session_deleted', what)
    if (code !== undefined) t.equal(code, 1000, what)
  }
  const stopped = rig.api[Symbol.asyncDispose]()
  for (const { what, ended } of all.filter(({ what }) => isOfAll(what)))
    t.match((await ended).last, 'server_stopping', what)
  await stopped
})
