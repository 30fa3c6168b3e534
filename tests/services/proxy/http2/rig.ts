import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders, type Settings } from 'node:http2'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Test } from 'tap'
import type { ProxyDependencies } from '../../../../services/proxy/proxy.ts'
import { certificates } from '../certificates.ts'
import { startRig } from '../rig.ts'

export type Answered = {
  readonly status: number
  readonly headers: Record<string, unknown>
  readonly text: string
  readonly trailers: Record<string, unknown>
}

/** A proxy with TLS before an upstream that answers as the test says, and Node's own client of HTTP/2. */
export async function http2Rig(t: Test, answer: RequestListener, options: Partial<ProxyDependencies> = {}) {
  const made = certificates(t)
  made.make('localhost')
  const rig = await startRig(t, answer, {
    tls: { ...made.files, host: '127.0.0.1', port: 0, lookEvery: 60_000 },
    ...options,
  })
  const port = Number(new URL(rig.proxy.secureUrl ?? '').port)
  const ca = readFileSync(made.files.certificate)
  const dialTls = (ALPNProtocols = ['h2'], localAddress = '127.0.0.1'): TLSSocket => {
    // What goes to `net.connect` the declaration does not know.
    const place = { host: '127.0.0.1', port, localAddress }
    return connectTls({ ...place, servername: 'localhost', ca, ALPNProtocols })
  }
  const session = (settings: Settings = {}, localAddress?: string): ClientHttp2Session => {
    const createConnection = () => dialTls(undefined, localAddress)
    const made = connect(`https://localhost:${port}`, { createConnection, settings })
    made.on('error', () => {})
    t.teardown(() => made.destroy())
    return made
  }
  const client = session()
  const send = (headers: OutgoingHttpHeaders, body?: string | Buffer, by = client): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const stream = by.request(headers, { endStream: body === undefined })
      let [status, text] = [0, '']
      let [told, trailers]: Record<string, unknown>[] = [{}, {}]
      stream.on('response', ({ ':status': code = 0, ...rest }) => {
        status = code
        told = { ...rest }
      })
      stream.on('trailers', last => {
        trailers = { ...last }
      })
      stream.setEncoding('utf8').on('data', part => {
        text += part
      })
      stream.once('error', reject)
      stream.once('close', () =>
        status === 0
          ? reject(new Error('no answer'))
          : resolve({ status, headers: told ?? {}, text, trailers: trailers ?? {} }),
      )
      if (body !== undefined) stream.end(body)
    })
  return { ...rig, ...made, port, dialTls, session, client, send }
}
