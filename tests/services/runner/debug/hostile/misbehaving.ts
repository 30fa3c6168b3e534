import { DapDecoder, encodeDap } from '../../../../../lib/dap-framing.ts'
import { random } from '../../../../chaos/random.ts'
import { type Doing, type Misbehaviour, type MisbehaviourName, misbehaviours } from './misbehaviours.ts'
import { ModelAdapter, type Request } from './model-adapter.ts'

/** What an adapter does, and at which request; all that is random in it comes of the seed. */
export type Plan = {
  readonly program: string
  readonly misbehaves: MisbehaviourName
  readonly at: string
  readonly seed: number
}

export type Output = { readonly write: (bytes: string) => void; readonly end: () => void }

/** An adapter that is a model of a good one, but for what its plan says. */
export class Misbehaving {
  /** What was asked of it, in order. */
  readonly asked: string[] = []
  readonly #plan: Plan
  readonly #model: ModelAdapter
  readonly #output: Output
  readonly #random: () => number
  readonly #decoder = new DapDecoder()
  #isOver = false
  #done = false
  #seq = 0

  constructor(plan: Plan, path: string, output: Output) {
    this.#plan = plan
    this.#model = new ModelAdapter(plan.program, path)
    this.#output = output
    this.#random = random(plan.seed)
  }

  read(piece: Buffer): void {
    for (const text of this.#decoder.push(piece)) {
      const message = JSON.parse(text)
      if (message.type === 'request') this.#take(message)
    }
  }

  /** It says nothing any more. */
  stop(): void {
    this.#isOver = true
  }

  #take(request: Request): void {
    if (this.#isOver) return
    this.asked.push(request.command)
    const misbehaviour: Misbehaviour = misbehaviours[this.#plan.misbehaves]
    const isHere = misbehaviour.once ? !this.#done && request.command === this.#plan.at : true
    if (isHere) this.#done = true
    const doing = this.#doing(request)
    if (isHere) misbehaviour.act(doing)
    else misbehaviours.behaves.act(doing)
  }

  #doing(request: Request): Doing {
    const say = (message: object) => this.#write(encodeDap({ seq: ++this.#seq, ...message }))
    return {
      ...{ request, say, messages: this.#model.take(request), random: this.#random },
      raw: bytes => this.#write(bytes),
      later: (ms, work) => void setTimeout(work, ms),
      hang: () => this.stop(),
      end: () => {
        this.stop()
        this.#output.end()
      },
    }
  }

  #write(bytes: string): void {
    if (!this.#isOver) this.#output.write(bytes)
  }
}
