import { z } from 'zod'
import { tokenIssuer } from '../../contract/token-issuer.ts'

const claims = z.object({ iss: z.literal(tokenIssuer), jti: z.string() })

/** Whether an Authorization header bears a token of this server: of who comes to an app with what is for the server. */
export const isOwnToken = (authorization: string): boolean =>
  /^\s*bearer\s+ds[trk]_/i.test(authorization) ||
  claimsIn(/^\s*bearer\s+(\S+)/i.exec(authorization)?.[1]) !== undefined

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
