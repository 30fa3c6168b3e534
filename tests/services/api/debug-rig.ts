import { once } from 'node:events'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import type { ApiDependencies } from '../../../services/api/api.ts'
import type { DebugEventName } from '../../../services/contract/debug-events.ts'
import {
  type DebugOperationName,
  type FromDebug,
  fromDebugSchema,
} from '../../../services/contract/debug-message.ts'
import type { DebugSession } from '../../../services/contract/debug-resources.ts'
import type { ProblemDocument } from '../../../services/contract/problems.ts'
import { type Person, type Rig, startRig } from './rig.ts'
import { until } from './until.ts'

/** A rig with a running session of alice's. */
export async function startDebugRig(t: Test, options: Partial<ApiDependencies> = {}) {
  const rig = await startRig(t, options)
  await rig.repository()
  const { id: session } = await rig.session()
  const launch = (input: Record<string, unknown> = {}) =>
    rig.call('debug.launch', { session, python: 'app.py', ...input })
  /** A debug session whose debuggee runs. */
  const launched = async () => {
    const debug = await launch()
    await rig.runner.start(session, debug.command)
    return debug
  }
  return { ...rig, rig, session, launch, launched }
}

export const frame = { index: 0, name: 'main', file: 'app.py', line: 3, column: 1, source: 'total = 1' }

/** A debug session at its so many-th stop. */
export const stopped = (debug: DebugSession, number = 1): DebugSession => ({
  ...debug,
  status: 'stopped',
  stop: {
    number,
    reason: 'breakpoint',
    description: null,
    text: null,
    thread: 1,
    breakpoints: [1],
    frame,
  },
})

export const dialDebug = (rig: Rig, session: string, person: Person = rig.alice, prefix = ''): WebSocket =>
  new WebSocket(`${rig.api.url.replace('http', 'ws')}${prefix}/sessions/${session}/debug`, {
    headers: { authorization: `Bearer ${person.secret}` },
  })

type Event = Extract<FromDebug, { type: 'event' }>
type Answer = Extract<FromDebug, { type: 'result' | 'problem' }>

/** A client of a session's debuggers. */
export class DebugClient {
  readonly socket: WebSocket
  readonly messages: FromDebug[] = []
  /** The code and reason of the close frame. */
  readonly closed: Promise<[code: number, reason: string]>
  #calls = 0

  constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = once(socket, 'close').then(([code, reason]) => [code, `${reason}`])
    socket.on('message', data => this.messages.push(fromDebugSchema.parse(JSON.parse(`${data}`))))
  }

  static async open(...where: Parameters<typeof dialDebug>): Promise<DebugClient> {
    const client = new DebugClient(dialDebug(...where))
    await once(client.socket, 'open')
    return client
  }

  /** What an operation answers. */
  async result(operation: DebugOperationName, input: Record<string, unknown> = {}): Promise<unknown> {
    const answer = await this.call(operation, input)
    if (answer.type === 'problem') throw new Error(answer.problem.detail)
    return answer.result
  }

  /** The problem that an operation answers with. */
  async refused(operation: string, input: Record<string, unknown> = {}): Promise<ProblemDocument> {
    const answer = await this.call(operation, input)
    if (answer.type === 'result') throw new Error(`it was not refused: ${JSON.stringify(answer.result)}`)
    return answer.problem
  }

  call(operation: string, input: Record<string, unknown>): Promise<Answer> {
    const id = ++this.#calls
    this.socket.send(JSON.stringify({ id, operation, input }))
    return this.answer(id)
  }

  async answer(id: number | string | null): Promise<Answer> {
    const find = () =>
      this.messages.find((message): message is Answer => 'id' in message && message.id === id)
    await until(() => find() !== undefined, `an answer to ${id}`)
    const answer = find()
    if (answer === undefined) throw new Error('it was there')
    return answer
  }

  get events(): Event[] {
    return this.messages.filter(message => message.type === 'event')
  }

  /** The events so far, once there are so many. */
  async heard(count: number): Promise<[DebugEventName, DebugSession['status']][]> {
    await until(() => this.events.length >= count, `${count} events`)
    return this.events.map(({ event, debug }) => [event, debug.status])
  }
}
