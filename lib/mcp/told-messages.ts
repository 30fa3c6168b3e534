import { randomBytes } from 'node:crypto'

/** A message as it was sent, and its id among all of one client. */
export type ToldMessage = { readonly id: string; readonly text: string }

type Kept = { readonly number: number; readonly stream: string; readonly text: string }

/** What is kept for one client: more than it may have in progress, and the longest answers several times over. */
const mostMessages = 512
const mostCharacters = 2 * 1024 * 1024

/**
 * What one client was told last, for when its connection breaks: it gives the last id that it has got, and is told what
 * came behind that. Ids count all messages, so that one that is too old to be sure of is known as that. They begin with a word
 * of their own, so that those are known which another process gave, of which nothing is kept here.
 */
export class ToldMessages {
  readonly #word = randomBytes(6).toString('base64url')
  readonly #kept: Kept[] = []
  #count = 0
  #characters = 0
  /** The number of the last message that is not kept any more. */
  #dropped = 0

  /** An id for the beginning of a stream, before its first message. */
  begin(stream: string): string {
    this.#count += 1
    return this.#idOf(this.#count, stream)
  }

  keep(stream: string, text: string): ToldMessage {
    this.#count += 1
    this.#kept.push({ number: this.#count, stream, text })
    this.#characters += text.length
    while (this.#kept.length > mostMessages || this.#characters > mostCharacters) {
      const oldest = this.#kept.shift()
      this.#characters -= oldest?.text.length ?? 0
      this.#dropped = oldest?.number ?? this.#dropped
    }
    return { id: this.#idOf(this.#count, stream), text }
  }

  /** What came behind an id. Undefined where it is no id of this client, or where some of that is not kept any more. */
  behind(id: string): { readonly stream: string; readonly messages: readonly ToldMessage[] } | undefined {
    const { word, number, stream } = partsOf(id) ?? {}
    if (word !== this.#word || number === undefined || stream === undefined) return undefined
    if (number > this.#count || number < this.#dropped) return undefined
    return { stream, messages: this.#of(stream, number) }
  }

  /** All that is kept of a stream. */
  of(stream: string): readonly ToldMessage[] {
    return this.#of(stream, 0)
  }

  /** The stream of an id that another process gave. Undefined where it is none. */
  elsewhere(id: string): string | undefined {
    const parts = partsOf(id)
    return parts?.word === this.#word ? undefined : parts?.stream
  }

  #of(stream: string, behind: number): ToldMessage[] {
    return this.#kept
      .filter(one => one.stream === stream && one.number > behind)
      .map(({ number, text }) => ({ id: this.#idOf(number, stream), text }))
  }

  #idOf(number: number, stream: string): string {
    return `${this.#word}.${number}.${stream}`
  }
}

function partsOf(id: string) {
  const [, word, digits, stream] = /^([\w-]{8})\.(\d{1,15})\.(.+)$/.exec(id) ?? []
  return stream === undefined ? undefined : { word, number: Number(digits), stream }
}
