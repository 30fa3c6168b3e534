import t from 'tap'
import type { Output } from '../../../client/sdk/operation-types.ts'
import { refreshingTransport, type SignInTokens } from '../../../client/sdk/refreshing-transport.ts'
import type { Answer, Transport } from '../../../client/sdk/transport.ts'
import { signInId } from '../../../services/contract/ids.ts'
import { user } from '../samples.ts'

const at = '2026-01-02T03:04:05.678Z'
const signedIn = (): Output<'auth.refresh'> => ({
  user: user(),
  sign_in: {
    id: signInId.schema.parse('sgn_0123456789ab'),
    ...{ user: 'bootstrap', address: null, client: null, created_at: at, refreshed_at: at, expires_at: at },
    revoked_at: null,
  },
  access_token: 'new',
  expires_in: 900,
  refresh_token: 'second',
  device: null,
})

const answer = (status: number, body: unknown): Answer => ({
  status,
  header: () => undefined,
  body: Object.assign(
    (async function* () {
      yield new Uint8Array()
    })(),
    { text: async () => JSON.stringify(body) },
  ),
})

/** A server that takes its time to refresh, and tells as whom it was asked. */
function rig() {
  const asked: string[] = []
  const toRefresh = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  let disposed = false
  let kept: SignInTokens = { accessToken: 'old', refreshToken: 'first', expiresAt: 0 }
  const server: Transport = {
    async send({ path }, { headers, signal }) {
      signal.throwIfAborted()
      asked.push(`${path} ${headers?.authorization ?? 'nobody'}`)
      if (path !== '/auth/refresh') return answer(200, {})
      begun.resolve()
      const ended = Promise.withResolvers<never>()
      signal.addEventListener('abort', () => ended.reject(signal.reason))
      await Promise.race([toRefresh.promise, ended.promise])
      return answer(200, signedIn())
    },
    async [Symbol.asyncDispose]() {
      disposed = true
    },
  }
  const keeper = {
    load: async () => kept,
    save: async (tokens: SignInTokens) => {
      kept = tokens
    },
  }
  const transport = refreshingTransport(server, { baseUrl: 'http://debug.example.org', keeper })
  const send = (signal: AbortSignal) =>
    transport.send({ method: 'GET', path: '/whoami', body: undefined }, { accept: '*/*', signal, idleMs: 0 })
  return { transport, send, asked, begun, toRefresh, kept: () => kept, isDisposed: () => disposed }
}

t.test('who gives up ends neither the refresh nor those who wait for it as well', async t => {
  const { send, asked, begun, toRefresh, kept } = rig()
  const impatient = new AbortController()
  const [first, second] = [send(impatient.signal), send(new AbortController().signal)]
  await begun.promise
  impatient.abort(new Error('enough'))
  await t.rejects(first, { message: 'enough' })
  toRefresh.resolve()
  t.equal((await second).status, 200)
  const { access_token, refresh_token } = signedIn()
  t.same(asked, ['/auth/refresh nobody', `/whoami Bearer ${access_token}`])
  t.equal(kept().refreshToken, refresh_token)
})

t.test('a client that is disposed keeps what a refresh brings', async t => {
  const { transport, send, begun, toRefresh, kept, isDisposed } = rig()
  const interrupted = new AbortController()
  const call = send(interrupted.signal)
  await begun.promise
  interrupted.abort(new Error('Ctrl+C'))
  await t.rejects(call, { message: 'Ctrl+C' })
  const disposing = transport[Symbol.asyncDispose]()
  t.notOk(isDisposed())
  toRefresh.resolve()
  await disposing
  t.ok(isDisposed())
  t.equal(kept().refreshToken, signedIn().refresh_token)
})
