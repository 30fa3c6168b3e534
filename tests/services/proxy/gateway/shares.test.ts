import { once } from 'node:events'
import { type ClientRequest, request } from 'node:http'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import t from 'tap'
import { toInstant } from '../../../../lib/clock.ts'
import { identify, isAlive } from '../../../../lib/processes/identity.ts'
import { revokeToken } from '../../../../services/store/tokens.ts'
import { until } from '../../../until.ts'
import { call, startRig, unrulyTable } from './rig.ts'

t.setTimeout(120_000)

const bytes = '[gateway]\nrequest_bytes = 4000\nheld_bytes = 8000\n'

t.test('messages that come or wait for their answers share one bound, of which a token has half', async t => {
  const rig = await startRig(t, `${bytes}${unrulyTable('one')}`)
  const [mine, other] = [await rig.connect(), await rig.token('other')]
  const yours = await rig.connect({ bearer: other.secret })
  const hanging = new AbortController()
  const long = { text: 'x'.repeat(3_000) }
  const waits = Promise.withResolvers<void>()
  const waiting = mine.callTool({ name: 'one_wait', arguments: { ms: 600_000, ...long } }, undefined, {
    ...{ signal: hanging.signal, onprogress: () => waits.resolve() },
  })
  await waits.promise
  await t.rejects(call(mine, 'one_echo', long), { code: 503, message: /all the room that there is/ })
  t.match(await call(yours, 'one_echo', long), { failed: false }, 'who has room of its own goes on')
  t.match(await call(mine, 'one_echo', { text: 'short' }), { failed: false })

  const part = (bearer: string): ClientRequest => {
    const asked = request(`${rig.proxy.url}/mcp`, {
      method: 'POST',
      headers: {
        ...{ authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
        ...{ accept: 'application/json, text/event-stream', 'content-length': '3500' },
      },
    })
    asked.on('error', () => {}).once('response', () => {})
    asked.write('x'.repeat(3_000))
    return asked
  }
  let coming = part(other.secret)
  await until('half of a message takes room as well', async () => {
    // A call that was in its way just then has it refused.
    if (coming.listenerCount('response') === 0) {
      coming = part(other.secret)
      return false
    }
    return await call(yours, 'one_echo', long).then(
      () => false,
      error => error.code === 503,
    )
  })
  const [late] = await once(part(other.secret), 'response')
  t.equal(late.headers['retry-after'], '1')
  coming.destroy()
  hanging.abort()
  await t.rejects(waiting)
  await until('who has given up has the room again', async () =>
    call(mine, 'one_echo', long).then(
      ({ failed }) => !failed,
      () => false,
    ),
  )
  await until('so does who has gone', async () =>
    call(yours, 'one_echo', long).then(
      ({ failed }) => !failed,
      () => false,
    ),
  )
})

t.test('a token that has all places open makes room for another', async t => {
  const rig = await startRig(t, '[gateway]\nclients = 4\n')
  for (let at = 0; at < 4; at += 1) await rig.connect()
  const other = await rig.token('other')
  const yours = [await rig.connect({ bearer: other.secret }), await rig.connect({ bearer: other.secret })]
  for (const client of yours) await client.ping()
  t.equal(yours.length, 2)
})

t.test('a token that is revoked loses what it has open', async t => {
  const rig = await startRig(t, unrulyTable('one', 'share = "client"'))
  const other = await rig.token('other')
  const [mine, yours] = [await rig.connect(), await rig.connect({ bearer: other.secret })]
  const [kept, ended] = [await call(mine, 'one_facts'), await call(yours, 'one_facts')].map(({ text }) =>
    identify(JSON.parse(text).pid),
  )
  const lives = (one: typeof kept) => one !== undefined && isAlive(one)
  const errors: string[] = []
  yours.onerror = error => void errors.push(`${error}`)
  let told = 0
  mine.setNotificationHandler(ToolListChangedNotificationSchema, () => void told++)
  const waits = Promise.withResolvers<void>()
  const waiting = yours.callTool({ name: 'one_wait', arguments: { ms: 600_000 } }, undefined, {
    onprogress: () => waits.resolve(),
  })
  await waits.promise
  await revokeToken(rig.store, other.token.id, toInstant(Date.now()))
  await t.rejects(waiting, /ended before this was answered|Connection closed/)
  await until('its stream is cut, and it is not let in again', () =>
    errors.some(error => /Unauthorized/i.test(error)),
  )
  t.ok(ended !== undefined)
  await until('the server that was started for it is gone', () => !lives(ended))
  t.ok(lives(kept))
  t.match(await call(mine, 'one_echo', { text: 'x' }), { failed: false })
})
