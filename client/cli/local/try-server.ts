import { visible } from '../../../lib/visible.ts'
import { createClient } from '../../sdk/client.ts'
import { ConnectionError } from '../../sdk/connection-error.ts'
import { ProblemError } from '../../sdk/problem-error.ts'

/** How long a server is given to answer, in milliseconds. */
const patience = 5_000

export type TryServerOptions = {
  readonly profile: { readonly base_url: string; readonly token?: string; readonly insecure?: boolean }
  readonly ca: string | undefined
  /** Who is signed in there already, and comes before the token. */
  readonly signedIn: string | undefined
  readonly signal: AbortSignal
}

/** One sentence on whether the server answers and knows the token. */
export async function tryServer({ profile, ca, signedIn, signal }: TryServerOptions): Promise<string> {
  const { base_url: baseUrl, token, insecure } = profile
  const late = AbortSignal.timeout(patience)
  await using client = createClient({ baseUrl, token, ca, insecure, signal: AbortSignal.any([signal, late]) })
  try {
    if (token === undefined) {
      await client.server.health()
      return `${baseUrl} answers; ${signedIn === undefined ? 'sign in with "debug-server login NAME"' : `${visible(signedIn)} is signed in`}`
    }
    const who = await client.server.whoami()
    const named = who.token === null ? 'a sign-in' : `token "${visible(who.token.name)}"`
    const first =
      signedIn === undefined
        ? ''
        : `; ${visible(signedIn)} is signed in, which comes first until "debug-server logout"`
    return `${baseUrl} answers: ${named} of ${visible(who.user.name)}, scopes ${who.scopes.join(', ') || 'none'}${first}`
  } catch (error) {
    signal.throwIfAborted()
    if (late.aborted) return `warning: ${baseUrl} does not answer`
    if (error instanceof ConnectionError) return `warning: ${error.message}; ${error.fix}`
    if (error instanceof ProblemError)
      return `warning: ${baseUrl} refuses the token: ${visible(error.detail)}`
    throw error
  }
}
