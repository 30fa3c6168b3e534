import t from 'tap'
import { createClient } from '../../../client/sdk/client.ts'
import { ConnectionError } from '../../../client/sdk/connection-error.ts'
import { persistently } from '../../../client/sdk/persistently.ts'
import { attempts } from '../../../client/sdk/retry.ts'
import { command, session } from '../samples.ts'
import { standIn } from '../stand-in-server.ts'

const failure = (kind: 'dropped' | 'unreachable' | 'tls') =>
  new ConnectionError(kind, 'http://x', kind, 'look')

/** Fails with these one after the other, and is answered then. */
async function asked(failures: readonly Error[]) {
  const pauses: number[] = []
  let count = 0
  const answer = persistently(
    async () => {
      const error = failures[count++]
      if (error !== undefined) throw error
      return 'answered'
    },
    async milliseconds => void pauses.push(milliseconds),
  )
  return { result: await answer.catch((error: unknown) => error), count, pauses }
}

t.test('what broke in the middle is asked again until it is answered', async t => {
  t.match(await asked([]), { result: 'answered', count: 1, pauses: [] })
  const restart = [failure('dropped'), failure('unreachable'), failure('unreachable')]
  t.match(await asked(restart), { result: 'answered', count: 4, pauses: [100, 200, 400] })
})

t.test('what was not begun, and what no patience helps, is told at once', async t => {
  for (const failures of [[failure('unreachable')], [failure('tls')], [new Error('x')]])
    t.match(await asked(failures), { result: failures[0], count: 1 })
  t.match(await asked([failure('dropped'), failure('tls')]), { result: { kind: 'tls' }, count: 2 })
  const endless = Array.from({ length: attempts + 2 }, () => failure('dropped'))
  t.match(await asked(endless), { result: { kind: 'dropped' }, count: attempts + 1 })
})

t.test('what makes something is asked again under its key; anything else is not', async t => {
  const keys: unknown[] = []
  const server = await standIn({
    'sessions.create': (_, { request, response, index }) => {
      keys.push(request.headers['idempotency-key'])
      if (index > 0) return session()
      response.destroy()
      return undefined
    },
    'commands.cancel': (_, { request, response }) => {
      keys.push(request.headers['idempotency-key'])
      response.destroy()
      return undefined
    },
  })
  await using client = createClient({ baseUrl: server.url })
  t.teardown(() => server[Symbol.asyncDispose]())
  t.match(await client.sessions.create({ repository: 'demo' }), session())
  t.equal(keys.length, 2)
  t.match(keys[0], /^[\da-f-]{36}$/)
  t.equal(keys[1], keys[0])
  await t.rejects(client.commands.cancel({ command: command().id }), {
    name: 'ConnectionError',
    kind: 'dropped',
  })
  t.same(keys.slice(2), [undefined])
})
