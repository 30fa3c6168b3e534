import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import type { Failure } from '../../../../services/proxy/upstream/answer.ts'
import type { UpstreamRequest } from '../../../../services/proxy/upstream/sending.ts'
import { Upstream } from '../../../../services/proxy/upstream/upstream.ts'
import { until } from '../../../until.ts'
import { listen } from '../rig.ts'

t.setTimeout(60_000)

const plain = {
  ...{ method: 'GET', target: '/', headers: ['Host', 'x'], body: undefined },
  ...{ upgrades: false, takesMuch: true },
}

/** A server that says what it was sent, and an upstream that is led to it by hand. */
async function rig(t: Test) {
  const http = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    response.end(`${request.method} ${body}`)
  })
  const port = await listen(http)
  t.teardown(() => {
    http.closeAllConnections()
    http.close()
  })
  const dials: { gone: AbortSignal; socket: PromiseWithResolvers<Socket> }[] = []
  let unused = 0
  const upstream = new Upstream(
    gone => {
      const socket = Promise.withResolvers<Socket>()
      dials.push({ gone, socket })
      return socket.promise
    },
    { idle: 1 },
    () => {
      unused += 1
    },
  )
  t.teardown(() => upstream[Symbol.dispose]())
  const connected = async () => {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return socket.pause()
  }
  const send = (request: Partial<UpstreamRequest> = {}) => {
    const told = { text: '', ended: false, failure: undefined as Failure | undefined }
    const exchange = upstream.send(
      { ...plain, ...request },
      {
        interim: () => {},
        head: () => {},
        data: bytes => {
          told.text += bytes
          return 'taken'
        },
        end: () => {
          told.ended = true
        },
        upgrade: () => {},
        failed: failure => {
          told.failure = failure
        },
      },
    )
    return { told, exchange }
  }
  return { upstream, dials, send, connected, unused: () => unused }
}

t.test('a request waits for its connection, and its body with it', async t => {
  const { dials, send, connected } = await rig(t)
  const body = new PassThrough()
  const { told } = send({ method: 'POST', headers: ['Host', 'x'], body: { from: body, coding: 'chunked' } })
  body.end('all of it')
  body.on('data', () => {}) // as who counts bytes would
  t.equal(dials.length, 1)
  dials[0]?.socket.resolve(await connected())
  await until('the answer', () => told.ended)
  t.equal(told.text, 'POST all of it', 'nothing of the body was lost meanwhile')
})

t.test('who gives up while it is made gives that up', async t => {
  const { dials, send, connected, unused } = await rig(t)
  const { told, exchange } = send()
  exchange.abort()
  t.equal(dials[0]?.gone.aborted, true)
  const late = await connected()
  dials[0]?.socket.resolve(late)
  await once(late, 'close')
  t.match(told, { text: '', ended: false, failure: undefined })
  await until('that nothing is left', () => unused() > 0)
})

t.test('why none comes about is told', async t => {
  const { dials, send, unused } = await rig(t)
  const { told } = send()
  const cause = new Error('it is asleep')
  dials[0]?.socket.reject(cause)
  await until('the failure', () => told.failure)
  t.same(told.failure, { reason: 'unreachable', cause })
  t.equal(unused(), 1)
})

t.test('connections that are being made end with the upstream', async t => {
  const { upstream, dials, send } = await rig(t)
  send()
  upstream[Symbol.dispose]()
  t.equal(dials[0]?.gone.aborted, true)
})
