import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js'

type Told = {
  readonly number: number
  readonly stream: string
  readonly message: JSONRPCMessage
  readonly size: number
}

/** What is kept for one client: more than it may have in progress, and the longest answers several times over. */
const mostMessages = 512
const mostCharacters = 2 * 1024 * 1024

/**
 * What one client was told last, for when its connection breaks: it gives the last id that it has got, and is told what
 * came behind that. Ids count all messages, so that one that is too old to be sure of is known as that. Not the SDK's own
 * look at ids: with that, who comes again is refused for as long as the broken connection has not been noticed.
 */
export class ToldMessages implements EventStore {
  readonly #kept: Told[] = []
  #count = 0
  #characters = 0

  async storeEvent(stream: string, message: JSONRPCMessage): Promise<string> {
    this.#count += 1
    const size = JSON.stringify(message).length
    this.#kept.push({ number: this.#count, stream, message, size })
    this.#characters += size
    while (this.#kept.length > mostMessages || this.#characters > mostCharacters)
      this.#characters -= this.#kept.shift()?.size ?? 0
    return idOf(this.#count, stream)
  }

  /** Whether everything behind an id can be told. */
  knows(id: string): boolean {
    return this.#placeOf(id) !== undefined
  }

  async replayEventsAfter(
    id: string,
    { send }: { send: (id: string, message: JSONRPCMessage) => Promise<void> },
  ): Promise<string> {
    const place = this.#placeOf(id)
    if (place === undefined) throw new Error('an id that is none has been let through')
    for (const { number, stream, message } of [...this.#kept])
      if (stream === place.stream && number > place.number) await send(idOf(number, stream), message)
    return place.stream
  }

  /** Undefined where it is no id of this client, or where something behind it is not kept any more. */
  #placeOf(id: string): Pick<Told, 'number' | 'stream'> | undefined {
    const [, digits = '', stream = ''] = /^(\d{1,15})\.(.+)$/.exec(id) ?? []
    const number = Number(digits)
    const oldest = this.#kept[0]?.number ?? this.#count + 1
    return digits !== '' && number <= this.#count && number >= oldest - 1 ? { number, stream } : undefined
  }
}

const idOf = (number: number, stream: string): string => `${number}.${stream}`
