import {
  Agent,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { endConnection } from '../../../../../lib/end-connection.ts'
import { Refused, refuseOtherSites, sendRefusal } from '../serving/refused.ts'
import { refuseConfigured } from './own-configuration.ts'

/** Of one connection alone (RFC 9110, section 7.6.1), and what opencode is told by us. */
const notPassedOn = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'],
  ...['host', 'authorization', 'expect'],
])

/** Passes requests on to opencode, with its password: who may use the socket may use it. */
export class Relay implements Disposable {
  readonly #url: URL
  readonly #authorization: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 512 })
  readonly #worktree: string

  constructor(url: string, password: string, worktree: string) {
    this.#worktree = worktree
    this.#url = new URL(url)
    this.#authorization = `Basic ${Buffer.from(`opencode:${password}`).toString('base64')}`
  }

  async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    if (incoming.method !== 'GET' && incoming.method !== 'HEAD') refuseOtherSites(incoming)
    refuseConfigured(this.#worktree, incoming)
    const outgoing = this.#request(incoming, passedOn(incoming.headers))
    response.once('close', () => outgoing.destroy())
    if (incoming.headers.expect !== undefined) response.writeContinue()
    const answered = new Promise<IncomingMessage>((done, failed) => {
      outgoing.once('response', done)
      outgoing.once('error', failed)
    })
    // Its answer may come before the body has gone.
    pipeline(incoming, outgoing).catch(() => undefined)
    const answer = await answered.catch(() => {
      throw new Refused('BAD_GATEWAY', 'opencode does not answer')
    })
    response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers))
    response.flushHeaders()
    await pipeline(answer, response)
  }

  /** A WebSocket, in both directions as it is. */
  upgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    client.on('error', () => client.destroy())
    try {
      refuseOtherSites(incoming)
      refuseConfigured(this.#worktree, incoming)
    } catch {
      return void lastWords(client, '403 Forbidden')
    }
    const headers = {
      ...passedOn(incoming.headers),
      connection: 'upgrade',
      upgrade: incoming.headers.upgrade,
    }
    const outgoing = this.#request(incoming, headers)
    client.once('close', () => outgoing.destroy())
    outgoing.on('error', () => lastWords(client, '502 Bad Gateway'))
    outgoing.on('response', answer => {
      answer.resume()
      lastWords(client, `${answer.statusCode} Refused`)
    })
    outgoing.on('upgrade', (answer, server, first) => {
      const lines = pairs(answer.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`)
      client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`)
      client.write(first)
      server.write(head)
      for (const [one, other] of [
        [client, server],
        [server, client],
      ] as const)
        pipeline(one, other).catch(() => other.destroy())
    })
    outgoing.end()
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }

  #request({ method, url }: IncomingMessage, headers: OutgoingHttpHeaders) {
    const { hostname, port } = this.#url
    return request({
      ...{ hostname, port, method, path: url, agent: this.#agent },
      headers: { ...headers, authorization: this.#authorization },
    })
  }
}

const passedOn = (headers: OutgoingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !notPassedOn.has(name)))

const lastWords = (client: Duplex, status: string): void =>
  endConnection(client, `HTTP/1.1 ${status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`)

const pairs = (raw: readonly string[]): (readonly [string, string])[] =>
  raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []))

export const answering =
  (relay: Relay) =>
  (incoming: IncomingMessage, response: ServerResponse): void => {
    relay.answer(incoming, response).catch(error => sendRefusal(incoming, response, error))
  }
