import { z } from 'zod'
import { compiledSchema } from '../../../../lib/compiled-schema.ts'

/** Why the inspector says no, or says nothing any more. */
export class CdpError extends Error {}

/** Nobody is there any more. */
export class CdpClosed extends CdpError {}

const messageSchema = z.union([
  z.object({ id: z.int(), error: z.object({ message: z.string() }) }),
  z.object({ id: z.int(), result: z.unknown().optional() }),
  z.object({ method: z.string(), params: z.unknown().optional() }),
])

export const anything = z.unknown()

/** A thread that answers to nothing is asked no more than so much. */
const mostPending = 100_000

type Settle = { resolve: (result: unknown) => void; reject: (error: CdpError) => void }

/** Speaks the Chrome DevTools Protocol with one thread of JavaScript. */
export class CdpConnection {
  readonly #write: (text: string) => void
  readonly #event: (method: string, parameters: unknown) => void
  readonly #pending = new Map<number, Settle>()
  #id = 0
  #why: string | undefined

  /** `write` sends one message; `event` is called for each of the other side's, in order. */
  constructor(write: (text: string) => void, event: (method: string, parameters: unknown) => void) {
    this.#write = write
    this.#event = event
  }

  /**
   * Rejects with a CdpError where it is refused, where the answer cannot be read, and when nobody is there any more. `taken` is
   * called with the answer before any message behind it is taken, which may have come with it.
   */
  async send<Schema extends z.ZodType>(
    method: string,
    parameters: object,
    schema: Schema,
    taken?: (answer: z.output<Schema>) => void,
  ): Promise<z.output<Schema>> {
    if (this.#why !== undefined) throw new CdpClosed(this.#why)
    if (this.#pending.size >= mostPending) throw new CdpError(`${mostPending} questions are not answered yet`)
    const { promise, resolve, reject } = Promise.withResolvers<z.output<Schema>>()
    const id = ++this.#id
    this.#pending.set(id, {
      reject,
      resolve(result) {
        const { success, data } = schema.safeParse(result)
        if (!success) return reject(new CdpError(`what the inspector says to ${method} cannot be read`))
        taken?.(data)
        resolve(data)
      },
    })
    this.#write(JSON.stringify({ id, method, params: parameters }))
    return promise
  }

  /** Sends what needs no answer. */
  tell(method: string, parameters: object = {}): void {
    this.send(method, parameters, anything).catch(() => undefined)
  }

  /** One message of the other side; what is none is passed over. */
  take(text: string): void {
    const message = compiledSchema(messageSchema).safeParse(parsedJson(text)).data
    if (message === undefined) return
    if ('method' in message) {
      this.#event(message.method, message.params)
      return
    }
    const settle = this.#pending.get(message.id)
    this.#pending.delete(message.id)
    if ('error' in message) settle?.reject(new CdpError(reasonOf(message.error.message)))
    else settle?.resolve(message.result)
  }

  close(why: string): void {
    if (this.#why !== undefined) return
    this.#why = why
    for (const { reject } of this.#pending.values()) reject(new CdpClosed(why))
    this.#pending.clear()
  }
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const reasonOf = (message: string): string => message.replace(/^Inspector error -?\d+: /, '')
