import type { HttpRequest } from './http-request.ts'

/** What an answer brings; its body is read once, in one of the two ways. */
export type Answer = {
  readonly status: number
  /** By its name in small letters; of one that came several times, the first. */
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array> & { text(): Promise<string> }
}

export type SendOptions = {
  readonly accept: string
  /** Further headers, by names in small letters. */
  readonly headers?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  /** The longest silence in the middle of the body, in milliseconds; 0 for none. */
  readonly idleMs: number
  /** Whether a 503 is what was asked for, and no reason to ask again. */
  readonly mayBeUnavailable?: boolean
}

/**
 * Sends requests to one server, and may keep its connections. What knows of Node or of browsers stands behind it:
 * `undici-transport.ts` and `fetch-transport.ts`.
 */
export type Transport = AsyncDisposable & {
  /** Resolves when the head of the answer is there. Rejects with a ConnectionError, or with the signal's reason. */
  send(request: HttpRequest, options: SendOptions): Promise<Answer>
}

/** The headers of a request. Theirs alone carry the token: no URL ever does. */
export const headersOf = (
  { body }: HttpRequest,
  { accept, headers }: SendOptions,
  token: string | undefined,
): Record<string, string> => ({
  ...headers,
  accept,
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  ...(body === undefined ? {} : { 'content-type': 'application/json' }),
})
