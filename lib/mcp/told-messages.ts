/** A message as it was sent, and its id among all of one client. */
export type ToldMessage = { readonly id: string; readonly text: string }

type Kept = { readonly number: number; readonly stream: string; readonly text: string }

/** What is kept for one client: more than it may have in progress, and the longest answers several times over. */
const mostMessages = 512
const mostCharacters = 2 * 1024 * 1024

/**
 * What one client was told last, for when its connection breaks: it gives the last id that it has got, and is told what
 * came behind that. Ids count all messages, so that one that is too old to be sure of is known as that.
 */
export class ToldMessages {
  readonly #kept: Kept[] = []
  #count = 0
  #characters = 0
  /** The number of the last message that is not kept any more. */
  #dropped = 0

  /** An id for the beginning of a stream, before its first message. */
  begin(stream: string): string {
    this.#count += 1
    return idOf(this.#count, stream)
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
    return { id: idOf(this.#count, stream), text }
  }

  /** What came behind an id. Undefined where it is no id of this client, or where some of that is not kept any more. */
  behind(id: string): { readonly stream: string; readonly messages: readonly ToldMessage[] } | undefined {
    const [, digits = '', stream = ''] = /^(\d{1,15})\.(.+)$/.exec(id) ?? []
    const number = Number(digits)
    if (digits === '' || number > this.#count || number < this.#dropped) return undefined
    const messages = this.#kept
      .filter(one => one.stream === stream && one.number > number)
      .map(({ number, text }) => ({ id: idOf(number, stream), text }))
    return { stream, messages }
  }
}

const idOf = (number: number, stream: string): string => `${number}.${stream}`
