import { once } from 'node:events'
import t, { type Test } from 'tap'
import { request } from 'undici'
import { WebSocket } from 'ws'
import { systemClock } from '../../../lib/clock.ts'
import { mostTickets } from '../../../services/store/tickets.ts'
import { problemOf, startRig } from './rig.ts'
import { until } from './until.ts'
import { refusalOf } from './websocket-refusal.ts'

/** A clock that can be put forward, and a session of alice's with two commands. */
async function startTicketRig(t: Test) {
  let ahead = 0
  const clock = { now: () => systemClock.now() + ahead }
  const rig = await startRig(t, { clock })
  await rig.repository()
  const { id: session, commands } = await rig.session(['one', 'two'])
  const [one = '', two = ''] = commands
  const ticket = async (asked: Record<string, unknown>, person = rig.alice) =>
    (await rig.call('tickets.create', asked, person)).ticket
  /** Over HTTP, without any header of its own. */
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await request(`${rig.api.url}${path}`, { headers })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body }
  }
  const refused = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await get(path, headers)
    return problemOf(t, { ...answer, text: await answer.body.text() })
  }
  const dial = (path: string, options: ConstructorParameters<typeof WebSocket>[2] = {}) =>
    new WebSocket(`${rig.api.url.replace('http', 'ws')}${path}`, options)
  return {
    ...rig,
    rig,
    session,
    one,
    two,
    ticket,
    get,
    refused,
    dial,
    passes: (milliseconds: number) => {
      ahead += milliseconds
    },
  }
}

t.test('a ticket opens the stream that it was made for, once', async t => {
  const { rig, session, one, ticket, refused, dial, get } = await startTicketRig(t)
  const cases = [
    { path: `/sessions/${session}/logs?follow=true`, of: { stream: 'logs', session } },
    {
      path: `/sessions/${session}/logs?command=${one}&follow=true`,
      of: { stream: 'logs', session, command: one },
    },
    { path: `/sessions/${session}/logs?command=${one}`, of: { stream: 'logs', session: '@last' } },
    { path: '/events?after=0', of: { stream: 'events' } },
    { path: `/api/events?session=${session}`, of: { stream: 'events', session } },
    { path: `/events?session=${session}`, of: { stream: 'events' } },
    { path: `/sessions/${session}/debug?`, of: { stream: 'debug', session } },
  ] as const
  for (const { path, of } of cases) {
    const address = `${path}&ticket=${await ticket(of)}`
    const socket = dial(address)
    await once(socket, 'open')
    socket.terminate()
    const again = problemOf(t, await refusalOf(dial(address)))
    t.match(again, { code: 'unauthenticated', detail: /once/ }, `${path} again`)
  }
  for (const [path, of] of [
    [`/sessions/${session}/logs`, { stream: 'logs', session }],
    ['/events?once=true', { stream: 'events' }],
  ] as const) {
    const address = `${path}${path.includes('?') ? '&' : '?'}ticket=${await ticket(of)}`
    const answer = await get(address, { accept: 'text/event-stream' })
    t.equal(answer.status, 200)
    t.equal(answer.headers['content-type'], 'text/event-stream')
    await answer.body.text()
    t.match(await refused(address), { code: 'unauthenticated' })
  }
  t.notMatch(rig.logged.join(''), /dtk_/)
})

t.test('and no other, and is used up by that', async t => {
  const { rig, session, one, two, ticket, refused, dial } = await startTicketRig(t)
  const { id: another } = await rig.session()
  const cases = [
    { path: `/sessions/${another}/logs?`, of: { stream: 'logs', session }, detail: session },
    { path: `/sessions/${session}/logs?`, of: { stream: 'logs', session, command: one }, detail: one },
    {
      path: `/sessions/${session}/logs?command=${two}`,
      of: { stream: 'logs', session, command: one },
      detail: one,
    },
    { path: `/sessions/${session}/logs?`, of: { stream: 'events', session }, detail: 'events' },
    { path: '/events?', of: { stream: 'events', session }, detail: session },
    { path: `/events?session=${another}`, of: { stream: 'events', session }, detail: session },
    { path: `/events?session=${session}`, of: { stream: 'logs', session }, detail: 'logs' },
  ] as const
  for (const { path, of, detail } of cases) {
    const address = `${path}&ticket=${await ticket(of)}`
    t.match(await refused(address), { code: 'ticket_mismatch', status: 403, detail }, path)
    t.match(await refused(address), { code: 'unauthenticated' })
  }
  const debug = `/sessions/${another}/debug?ticket=${await ticket({ stream: 'debug', session })}`
  t.match(problemOf(t, await refusalOf(dial(debug))), { code: 'ticket_mismatch' })
  const elsewhere = await ticket({ stream: 'events' })
  for (const path of ['/whoami', `/sessions/${session}`, '/artifacts/art_0/content', '/metrics'])
    t.not((await rig.send(`${path}?ticket=${elsewhere}`, { token: null })).status, 200, path)
  t.equal(
    (await rig.send(`/events?once=true&ticket=${elsewhere}`, { token: null })).status,
    200,
    'it is good still',
  )
})

t.test('of two who come with one ticket at once one gets the stream', async t => {
  const { rig, dial, ticket } = await startTicketRig(t)
  for (let round = 0; round < 5; round++) {
    const address = `/events?ticket=${await ticket({ stream: 'events' })}`
    const sockets = [1, 2, 3].map(() => dial(address))
    const ends = await Promise.all(
      sockets.map(socket =>
        Promise.race([
          once(socket, 'open').then(() => 'open'),
          refusalOf(socket).then(answer => problemOf(t, answer).code),
        ]),
      ),
    )
    t.same(ends.toSorted(), ['open', 'unauthenticated', 'unauthenticated'])
    for (const socket of sockets) socket.on('error', () => {}).terminate()
  }
  await until(() => rig.api.live.readers === 0, 'all have gone')
})

t.test('a ticket is made by who may open the stream, for what they may see', async t => {
  const { rig, session, one } = await startTicketRig(t)
  const reader = await rig.person('reader', 'sessions:read')
  const writer = await rig.person('writer', 'sessions:write')
  const refused = (input: Record<string, unknown>, person = rig.alice) =>
    rig.refused('tickets.create', input, person)
  t.match(await refused({ stream: 'logs', session }, rig.bob), { code: 'session_not_found' })
  t.match(await refused({ stream: 'debug', session }, reader), {
    code: 'insufficient_scope',
    detail: /debug:read/,
  })
  t.match(await refused({ stream: 'events' }, writer), {
    code: 'insufficient_scope',
    detail: /sessions:read/,
  })
  t.match(await refused({ stream: 'logs', session, command: 'cmd_zzzz' }), { code: 'command_not_found' })
  for (const [input, path] of [
    [{ stream: 'logs' }, 'session'],
    [{ stream: 'debug' }, 'session'],
    [{ stream: 'events', session, command: one }, 'command'],
    [{ stream: 'debug', session, command: one }, 'command'],
  ] as const)
    t.match(await refused(input), { code: 'invalid_input', errors: [{ path }] })
  t.equal(
    (await rig.call('audit.list', {}, rig.admin)).items.filter(entry => entry.operation === 'tickets.create')
      .length,
    0,
    'tickets push nothing out of the audit log',
  )
})

t.test('half a minute later it is worth nothing, and a user has only so many', async t => {
  const { rig, ticket, refused, passes } = await startTicketRig(t)
  const late = await ticket({ stream: 'events' })
  const last = await rig.call('tickets.create', { stream: 'events' })
  passes(30_000)
  t.match(await refused(`/events?ticket=${late}`), { code: 'unauthenticated', detail: /30 seconds/ })
  t.ok(Date.parse(last.expires_at) - systemClock.now() <= 30_000)
  for (let made = 0; made < mostTickets; made++) await ticket({ stream: 'events' })
  t.match(await rig.refused('tickets.create', { stream: 'events' }), { code: 'ticket_limit', status: 429 })
  t.match(await ticket({ stream: 'events' }, rig.bob), /^dtk_/, 'others have theirs')
  passes(30_000)
  t.match(await ticket({ stream: 'events' }), /^dtk_/)
  const { count } = await rig.store.read(database =>
    database
      .selectFrom('tickets')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow(),
  )
  t.equal(count, 1, 'what has expired is swept')
  const secrets = await rig.store.read(database => database.selectFrom('tickets').selectAll().execute())
  t.notMatch(JSON.stringify(secrets), /dtk_/)
})

t.test('a ticket, and the stream that it has opened, end with what it was made by', async t => {
  const { rig, session, ticket, refused, dial } = await startTicketRig(t)
  const carol = await rig.person('carol', 'admin')
  const [unused, used] = [
    await ticket({ stream: 'events' }, carol),
    await ticket({ stream: 'logs', session }, carol),
  ]
  const socket = dial(`/sessions/${session}/logs?follow=true&ticket=${used}`)
  await once(socket, 'open')
  await until(() => rig.api.live.readers === 1, 'it is followed')
  await rig.call('tokens.revoke', { token: carol.id }, rig.admin)
  const [code] = await once(socket, 'close')
  t.equal(code, 4401)
  t.match(await refused(`/events?ticket=${unused}`), { code: 'unauthenticated' })
})

t.test('it comes alone, once, and from no foreign page', async t => {
  const { rig, ticket, refused, dial, session } = await startTicketRig(t)
  const own = `http://${new URL(rig.api.url).host}`
  const good = await ticket({ stream: 'events' })
  const address = `/events?once=true&ticket=${good}`
  t.match(await refused(address, { authorization: `Bearer ${rig.alice.secret}` }), {
    code: 'invalid_input',
    errors: [{ path: 'ticket', message: /either/ }],
  })
  t.match(await refused(`${address}&ticket=${good}`), { code: 'invalid_input', errors: [{ path: 'ticket' }] })
  for (const origin of ['http://evil.example', 'null', `${own}.evil.example`]) {
    t.match(await refused(address, { origin }), { code: 'origin_refused' }, origin)
    for (const path of [`/events?ticket=${good}`, `/sessions/${session}/debug?ticket=${good}`])
      t.match(problemOf(t, await refusalOf(dial(path, { origin }))), { code: 'origin_refused' })
  }
  const socket = dial(`/events?ticket=${good}`, { origin: own })
  await once(socket, 'open')
  socket.terminate()
  for (const wrong of ['', 'x', good, rig.alice.id, '%00', 'x'.repeat(5_000)])
    t.match(await refused(`/events?ticket=${wrong}`), { code: 'unauthenticated' }, wrong.slice(0, 10))
})
