import { contract } from '../../services/contract/contract.ts'
import { parseAnswer, parseProblem } from './answers.ts'
import { deadline } from './deadline.ts'
import { httpRequest } from './http-request.ts'
import type { Answer, SendOptions, Transport } from './transport.ts'

/** What a sign-in goes on with. */
export type SignInTokens = {
  readonly accessToken: string
  readonly refreshToken: string
  /** Until when the access token is good, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** Where the tokens of a sign-in are kept, by all programs that share it. */
export type SignInKeeper = {
  /** As they are by now: another program may have refreshed them. Undefined: nobody is signed in. */
  load(): Promise<SignInTokens | undefined>
  save(tokens: SignInTokens): Promise<void>
}

/** How long before its end an access token is not used any more, in milliseconds. */
const margin = 30_000

/** How long the server may take to refresh, in milliseconds. */
const patience = 10_000

/**
 * Sends requests as who has signed in, and refreshes that where it has to be: before the access token expires, and where
 * the server does not take it. Rejects with the problem of the server where the sign-in has ended.
 */
export function refreshingTransport(
  transport: Transport,
  { baseUrl, keeper, now = Date.now }: { baseUrl: string; keeper: SignInKeeper; now?: () => number },
): Transport {
  let known: SignInTokens | undefined
  let refreshing: Promise<SignInTokens | undefined> | undefined

  const isFresh = (tokens: SignInTokens): boolean => tokens.expiresAt - margin > now()

  /**
   * Other tokens than these: those that are kept by now, or what the server gives for them. No caller ends this: with its
   * answer the next refresh token would be lost, and the one before counts as copied when it comes again.
   */
  const refreshed = async (stale: SignInTokens | undefined) => {
    const kept = await keeper.load()
    if (kept === undefined) return undefined
    if (isFresh(kept) && kept.accessToken !== stale?.accessToken) return kept
    const operation = contract['auth.refresh']
    using limit = deadline(patience, baseUrl, [])
    const { signal } = limit
    const answer = await transport.send(httpRequest(operation, { refresh_token: kept.refreshToken }), {
      ...{ accept: 'application/json, application/problem+json', signal, idleMs: 0 },
    })
    const text = await answer.body.text()
    if (answer.status !== operation.status) throw parseProblem(answer.status, text, baseUrl)
    const given = parseAnswer(operation.output, text, baseUrl)
    const tokens = {
      accessToken: given.access_token ?? '',
      refreshToken: given.refresh_token ?? kept.refreshToken,
      expiresAt: now() + given.expires_in * 1_000,
    }
    // Without another refresh token somebody else has it, and keeps it.
    if (given.refresh_token !== null) await keeper.save(tokens)
    return tokens
  }

  /** One at a time: the others wait for it, each for as long as it wants to. */
  const refresh = async (stale: SignInTokens | undefined, signal: AbortSignal) => {
    refreshing ??= refreshed(stale)
      .then(tokens => {
        known = tokens
        return tokens
      })
      .finally(() => {
        refreshing = undefined
      })
    return await unlessAborted(refreshing, signal)
  }

  const sendWith = (tokens: SignInTokens | undefined, ...[request, options]: Parameters<Transport['send']>) =>
    transport.send(request, tokens === undefined ? options : bearing(tokens, options))

  return {
    async send(request, options): Promise<Answer> {
      let tokens = known !== undefined && isFresh(known) ? known : await refresh(undefined, options.signal)
      let answer = await sendWith(tokens, request, options)
      // What another program has kept may be no good either: the second time the server is asked for others.
      for (let tries = 0; tries < 2 && answer.status === 401 && tokens !== undefined; tries++) {
        await answer.body.text()
        tokens = await refresh(tokens, options.signal)
        answer = await sendWith(tokens, request, options)
      }
      return answer
    },
    async [Symbol.asyncDispose]() {
      await refreshing?.catch(() => {})
      await transport[Symbol.asyncDispose]()
    },
  }
}

/** The promise, or the reason of the signal where that comes first; the promise goes on without its caller. */
function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener('abort', abort))
}

const bearing = ({ accessToken }: SignInTokens, options: SendOptions): SendOptions => ({
  ...options,
  headers: { ...options.headers, authorization: `Bearer ${accessToken}` },
})
