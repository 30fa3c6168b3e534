import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { DapDecoder, encodeDap } from '../../../lib/dap-framing.ts'
import { dapAnswerSchema, dapReverseRequestSchema } from '../../../services/contract/dap.ts'
import { until } from '../../until.ts'

const messageSchema = z.union([dapAnswerSchema, dapReverseRequestSchema]).and(z.object({ seq: z.int() }))
export type DapMessage = z.infer<typeof messageSchema>
type Response = Extract<DapMessage, { type: 'response' }>
type Asked = Extract<DapMessage, { type: 'request' }>
type Event = Extract<DapMessage, { type: 'event' }>

/** One who speaks DAP, as an editor does, over whatever carries it. Everything that comes has to be a message of DAP. */
export class DapPeer {
  readonly messages: DapMessage[] = []
  readonly closed: Promise<void>
  readonly #send: (message: object) => void
  #seq = 0

  constructor(send: (message: object) => void, closed: Promise<void>) {
    this.#send = send
    this.closed = closed
  }

  static async overWebSocket(address: string, token: string): Promise<DapPeer & { socket: WebSocket }> {
    const socket = new WebSocket(address, { headers: { authorization: `Bearer ${token}` } })
    const gone = once(socket, 'close').then(() => undefined)
    const peer = new DapPeer(message => socket.send(JSON.stringify(message)), gone)
    socket.on('message', data => peer.heard(`${data}`))
    await once(socket, 'open')
    return Object.assign(peer, { socket })
  }

  static overStreams(input: Readable, output: Writable, closed: Promise<void>): DapPeer {
    const decoder = new DapDecoder()
    const peer = new DapPeer(message => void output.write(encodeDap(message)), closed)
    input.on('data', piece => {
      for (const text of decoder.push(piece)) peer.heard(text)
    })
    return peer
  }

  static async overTcp(port: number): Promise<DapPeer & { socket: Socket }> {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    const closed = once(socket, 'close').then(() => undefined)
    return Object.assign(DapPeer.overStreams(socket, socket, closed), { socket })
  }

  heard(text: string): void {
    this.messages.push(messageSchema.parse(JSON.parse(text)))
  }

  async response(command: string, parameters?: object): Promise<Response> {
    const seq = ++this.#seq
    this.#send({ seq, type: 'request', command, ...(parameters && { arguments: parameters }) })
    return await until(`an answer to ${command}`, () =>
      this.messages.find(
        (message): message is Response => message.type === 'response' && message.request_seq === seq,
      ),
    )
  }

  // biome-ignore lint/suspicious/noExplicitAny: what a test looks at in an answer, it says itself
  async ask(command: string, parameters?: object): Promise<any> {
    const { success, message, body } = await this.response(command, parameters)
    if (!success) throw new Error(`${command}: ${message}`)
    return body
  }

  async refused(command: string, parameters?: object): Promise<string> {
    const { success, message, body } = await this.response(command, parameters)
    if (success) throw new Error(`${command} was not refused: ${JSON.stringify(body)}`)
    return `${message}`
  }

  events(name: string): Event[] {
    return this.messages.filter(
      (message): message is Event => message.type === 'event' && message.event === name,
    )
  }

  /** The body of the so many-th event of this name. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async event(name: string, number = 1): Promise<any> {
    return (await until(`event ${name} ${number}`, () => this.events(name)[number - 1])).body
  }

  /** The so many-th thing that it was asked, and the way to answer that. */
  async asked(number = 1): Promise<Asked & { reply(success: boolean, message?: string): void }> {
    const request = await until(`a request ${number}`, () => this.requests()[number - 1])
    const { seq: request_seq, command } = request
    const reply = (success: boolean, message?: string) =>
      this.#send({ seq: ++this.#seq, type: 'response', request_seq, command, success, message })
    return { ...request, reply }
  }

  requests(): Asked[] {
    return this.messages.filter((message): message is Asked => message.type === 'request')
  }

  /** What the program was seen to write. */
  output(category: string): string {
    return this.events('output')
      .map(({ body }) =>
        z.object({ category: z.string().default('console'), output: z.string() }).parse(body),
      )
      .filter(one => one.category === category)
      .map(({ output }) => output)
      .join('')
  }
}
