import { join, resolve } from 'node:path'
import { createContext, Script } from 'node:vm'
import { build } from 'esbuild'
import t from 'tap'
import type { createClient as create, isClientError as isError } from '../../../client/sdk/browser.ts'
import { end, output, page, session, state } from '../samples.ts'
import { type Handlers, Refusal, standIn } from '../stand-in-server.ts'

const root = resolve(import.meta.dirname, '../../..')

/** What a page has besides the language itself, as far as the SDK needs it. Nothing of Node is among it. */
const { fetch, URL, URLSearchParams, TextEncoder, TextDecoder, AbortController, AbortSignal } = globalThis
const { setTimeout, clearTimeout, performance, atob, btoa, crypto } = globalThis
const web = {
  ...{ fetch, URL, URLSearchParams, TextEncoder, TextDecoder, AbortController, AbortSignal },
  ...{ setTimeout, clearTimeout, performance, atob, btoa, crypto },
}

/** The SDK as a page would load it. esbuild refuses to bundle a module of Node for a browser. */
async function bundled(): Promise<{ createClient: typeof create; isClientError: typeof isError }> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, 'client/sdk/browser.ts')],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    format: 'iife',
    globalName: 'sdk',
    target: 'es2022',
    logLevel: 'silent',
  })
  t.notOk(
    Object.keys(metafile.inputs).find(path => /node_modules\/(?!zod\/)/.test(path)),
    'zod alone',
  )
  const context = createContext({ ...web })
  new Script(outputFiles[0]?.text ?? '').runInContext(context)
  return context.sdk
}

const { createClient, isClientError } = await bundled()

const rig = async (t: { teardown(ends: () => Promise<void>): void }, handlers: Handlers) => {
  const server = await standIn(handlers)
  const client = createClient({ baseUrl: server.url, token: 'secret', retries: 2 })
  t.teardown(async () => {
    await client[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  return { server, client }
}

t.test('calls, and refusals by their code', async t => {
  const { server, client } = await rig(t, {
    'sessions.get': () => session(),
    'sessions.stop': () => {
      throw new Refusal('session_not_found', 'no session ses_0')
    },
  })
  t.equal((await client.sessions.get({ session: '@last' })).id, 'ses_0123456789ab')
  t.equal(server.received[0]?.authorization, 'Bearer secret')
  const error: unknown = await client.sessions.stop({ session: 'ses_0' }).catch((error: unknown) => error)
  t.ok(isClientError(error))
  t.match(error, { name: 'ProblemError', code: 'session_not_found', detail: 'no session ses_0' })
})

t.test('what the server is too busy for is asked again', async t => {
  const { client } = await rig(t, {
    'sessions.list': (_, { response, index }) => {
      if (index > 0) return page(session())
      response.writeHead(429, { 'retry-after': '0' }).end()
      return undefined
    },
  })
  t.equal((await client.sessions.list()).items.length, 1)
})

t.test('a log goes on over a new connection, every byte once', async t => {
  const { client } = await rig(t, {
    'sessions.logs': ({ offset }, { response, index }) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' })
      if (index === 0) {
        response.write(`${JSON.stringify(output(0, 'first\n'))}\n`)
        setTimeout(() => response.destroy(), 20)
        return undefined
      }
      t.equal(offset, 6)
      for (const message of [output(6, 'é\n'), state('succeeded'), end()])
        response.write(`${JSON.stringify(message)}\n`)
      response.end()
      return undefined
    },
  })
  const log = client.sessions.logs({
    session: 'ses_0123456789ab',
    command: 'cmd_0123456789ab',
    stream: 'stdout',
    follow: true,
  })
  let text = ''
  for await (const message of log) if ('text' in message) text += message.text
  t.equal(text, 'first\né\n')
})

t.test('a file goes on where it broke off', async t => {
  const { client } = await rig(t, {
    'artifacts.download': (_, { request, response }) => {
      const etag = '"v1"'
      if (request.headers.range === undefined) {
        response.writeHead(200, { 'content-length': '6', etag })
        response.write('abc')
        setTimeout(() => response.destroy(), 20)
      } else
        response.writeHead(206, { 'content-length': '3', 'content-range': 'bytes 3-5/6', etag }).end('def')
      return undefined
    },
  })
  const { bytes, body } = await client.artifacts.download({ artifact: 'art_0' })
  t.equal(bytes, 6)
  t.equal(Buffer.concat(await Array.fromAsync(body)).toString(), 'abcdef')
})

t.test('what makes something is asked again under its key where the connection breaks', async t => {
  const keys: unknown[] = []
  const { client } = await rig(t, {
    'sessions.create': (_, { request, response, index }) => {
      keys.push(request.headers['idempotency-key'])
      if (index > 0) return session()
      response.destroy()
      return undefined
    },
    'sessions.stop': (_, { response }) => void response.destroy(),
  })
  t.equal((await client.sessions.create({ repository: 'demo' })).id, 'ses_0123456789ab')
  t.equal(keys.length, 2)
  t.ok(typeof keys[0] === 'string' && keys[0] === keys[1])
  const lost: unknown = await client.sessions
    .stop({ session: 'ses_0123456789ab' })
    .catch((error: unknown) => error)
  t.match(lost, { kind: 'dropped', fix: /may have done what was asked/ })
})

t.test('every call takes a signal', async t => {
  const { client } = await rig(t, { 'server.health': () => undefined, 'sessions.logs': () => undefined })
  const caller = new AbortController()
  const options = { signal: caller.signal }
  const [health, log] = [
    client.server.health({}, options),
    Array.fromAsync(client.sessions.logs({ session: 'ses_0123456789ab' }, options)),
  ]
  caller.abort(new Error('enough'))
  await t.rejects(health, { message: 'enough' })
  await t.rejects(log, { message: 'enough' })
})

t.test('a server that is not there', async t => {
  const client = createClient({ baseUrl: 'http://127.0.0.1:1' })
  // As browsers have it: no code tells whether the connection was made.
  await t.rejects(client.server.health(), { name: 'ConnectionError', kind: 'dropped' })
})
