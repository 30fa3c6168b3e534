import { PassThrough } from 'node:stream'
import { DapDecoder, encodeDap } from '../../../../../../lib/dap-framing.ts'
import type {
  Adapter,
  ChildProcess,
  OpenAdapter,
  Opening,
} from '../../../../../../services/runner/debug/adapter.ts'
import { DapClient } from '../../../../../../services/runner/debug/dap-client.ts'
import { anyBodySchema } from '../../../../../../services/runner/debug/dap-messages.ts'
import type { DapOutcome } from '../../../../../../services/runner/debug/pending-requests.ts'
import { random } from '../../../../../chaos/random.ts'
import { type Misbehaviour, type MisbehaviourName, misbehaviours } from '../../hostile/misbehaviours.ts'
import type { Message, Request } from '../../hostile/model-adapter.ts'

/** What happens on the way from an adapter; all that is random in it comes of the seed. */
export type RelayPlan = {
  readonly misbehaves: MisbehaviourName
  /** Which of the adapter's answers and events it happens to, from 1 on, unless it happens to all. */
  readonly at: number
  readonly seed: number
  /** No answer may take longer, in milliseconds. */
  readonly answerMs: number
}

/** What a relay is told what to do by, and tells what came of it. */
export type Relaying = {
  readonly plan: RelayPlan
  /** It has happened to this answer or event, by its name. */
  readonly misbehaved: (name: string) => void
}

/** What is said within so many milliseconds comes in any order, where that is what happens. */
const togetherMs = 5

/** Whether scenarios hold in spite of it. Unlike a model, a real adapter says within a moment what has its order. */
export function isHarmless(name: MisbehaviourName): boolean {
  const { harmless = false }: Misbehaviour = misbehaviours[name]
  return harmless && name !== 'reorders'
}

/** Nobody is to give an answer up before the runner does. */
const longestMs = 600_000

/**
 * The runner speaks to a real adapter, but for what the plan says: all that the adapter says goes through bytes of the protocol
 * once more, where it is delayed, spoiled, doubled or lost. What it is asked comes to it as it was asked.
 */
export const relayed =
  (relaying: () => Relaying) =>
  (open: OpenAdapter): OpenAdapter =>
  opening =>
    new Relay(open, opening, relaying())

class Relay implements Adapter {
  readonly client: Adapter['client']
  readonly #adapter: Adapter
  readonly #relaying: Relaying
  readonly #random: () => number
  readonly #output = new PassThrough()
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #together: Message[] = []
  #request: Request = { seq: 0, command: '' }
  #count = 0
  #isOver = false
  #seq = 0
  /** When the last event that was put off comes. */
  #due = 0

  constructor(open: OpenAdapter, opening: Opening, relaying: Relaying) {
    this.#relaying = relaying
    this.#random = random(relaying.plan.seed)
    const input = new PassThrough()
    const decoder = new DapDecoder()
    input.on('data', (piece: Buffer) => {
      for (const text of decoder.push(piece)) this.#asked(JSON.parse(text))
    })
    const client = new DapClient(this.#output, input, opening.event)
    const { answerMs } = relaying.plan
    this.client = {
      closed: client.closed,
      close: why => client.close(why),
      request: (command, parameters, schema, ms, hearing) =>
        client.request(command, parameters, schema, Math.min(ms, answerMs), hearing),
    }
    this.#adapter = open({
      ...opening,
      event: (event, body) => this.#came(event, { type: 'event', event, body }),
      child: child => opening.child(relayedChild(child, relaying)),
    })
    // What it has said before comes first.
    void this.#adapter.client.closed.then(why => this.#later(this.#left(), () => client.close(why)))
  }

  get stderr(): string {
    return this.#adapter.stderr
  }

  get lost(): Adapter['lost'] {
    return this.#adapter.lost
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.client.close('it has been ended')
    await this.#adapter[Symbol.asyncDispose]()
  }

  #asked(message: Request & { type: string }): void {
    if (message.type !== 'request' || this.#isOver) return
    const { seq: request_seq, command, arguments: parameters } = message
    const answer = (outcome: DapOutcome<unknown>) => {
      this.#request = message
      if (outcome.kind === 'done')
        this.#came(command, { type: 'response', request_seq, command, success: true, body: outcome.body })
      if (outcome.kind === 'refused')
        this.#came(command, {
          type: 'response',
          request_seq,
          command,
          success: false,
          message: outcome.message,
        })
    }
    let isHeard = false
    // It is heard before what is said next, of which its outcome knows nothing.
    const heard = (body: unknown) => {
      isHeard = true
      answer({ kind: 'done', body })
    }
    const { client } = this.#adapter
    void client.request(command, parameters ?? {}, anyBodySchema, longestMs, { heard }).then(outcome => {
      if (!isHeard) answer(outcome)
    })
  }

  #came(name: string, message: Message): void {
    if (this.#relaying.plan.misbehaves !== 'reorders') {
      this.#act(name, [message])
      return
    }
    if (this.#together.push(message) === 1)
      this.#later(togetherMs, () => this.#act(name, this.#together.splice(0)))
  }

  /** What an adapter says is one message, but where many come in any order. */
  #act(name: string, messages: readonly Message[]): void {
    if (this.#isOver) return
    const { plan, misbehaved } = this.#relaying
    const misbehaviour: Misbehaviour = misbehaviours[plan.misbehaves]
    this.#count += 1
    const isHere = !misbehaviour.once || this.#count === plan.at
    const act = isHere ? misbehaviour.act : misbehaviours.behaves.act
    act({
      request: this.#request,
      messages,
      random: this.#random,
      say: said => this.#write(encodeDap({ seq: ++this.#seq, ...said })),
      raw: bytes => this.#write(bytes),
      later: (ms, work) => this.#later(messages[0]?.type === 'event' ? this.#inOrder(ms) : ms, work),
      hang: () => {
        this.#isOver = true
      },
      end: () => {
        this.#isOver = true
        this.#output.end()
      },
    })
    if (isHere) misbehaved(name)
  }

  /** Events come in the order in which they were said. */
  #inOrder(ms: number): number {
    this.#due = Math.max(this.#due, performance.now() + ms)
    return this.#left()
  }

  #left(): number {
    return Math.max(0, this.#due - performance.now())
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      work()
    }, ms)
    this.#timers.add(timer)
  }

  #write(bytes: string): void {
    if (!this.#isOver) this.#output.write(bytes)
  }
}

const relayedChild = (child: ChildProcess, relaying: Relaying): ChildProcess => ({
  pid: child.pid,
  parent: child.parent,
  open: relayed(() => relaying)(child.open),
  begin: (client, event) => child.begin(client, event),
  killed: () => child.killed?.(),
  release: () => child.release(),
})
