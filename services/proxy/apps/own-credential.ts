import type { IncomingHttpHeaders } from 'node:http'
import { parseCookie } from 'cookie'
import { z } from 'zod'
import { bearerToken } from '../../contract/bearer.ts'
import { type CredentialId, signInId } from '../../contract/ids.ts'
import { tokenIssuer } from '../../contract/token-issuer.ts'
import { credentialBySecret } from '../../store/credentials.ts'
import type { Store } from '../../store/store.ts'

const claims = z.object({ iss: z.literal(tokenIssuer), jti: z.string() })

/** Whether an Authorization header bears a token of this server: of who comes to an app with what is for the server. */
export const isOwnToken = (authorization: string): boolean =>
  /^\s*bearer\s+ds[trk]_/i.test(authorization) ||
  claimsIn(/^\s*bearer\s+(\S+)/i.exec(authorization)?.[1]) !== undefined

/** By what the API has let a request in: it has judged that, which is read here and not judged again. */
export async function credentialOf(
  store: Store,
  { authorization, cookie = '' }: Pick<IncomingHttpHeaders, 'authorization' | 'cookie'>,
): Promise<CredentialId | undefined> {
  const secret = authorization === undefined ? parseCookie(cookie).auth_token : bearerToken(authorization)
  const signIn = signInId.schema.safeParse(claimsIn(secret)?.jti)
  if (signIn.success) return signIn.data
  return secret === undefined ? undefined : (await credentialBySecret(store, secret))?.id
}

/** What one of our access tokens says. Whether it is genuine is for the API to say. */
function claimsIn(token: string | undefined): z.infer<typeof claims> | undefined {
  const [, payload] = /^eyJ[\w-]*\.([\w-]+)\./.exec(token ?? '') ?? []
  if (payload === undefined) return undefined
  try {
    return claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString())).data
  } catch {
    return undefined
  }
}
