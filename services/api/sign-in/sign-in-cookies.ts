import { type SetCookie, stringifySetCookie } from 'cookie'
import { signInLife } from '../../store/sign-in-rows.ts'
import type { Visit } from '../handlers/handler.ts'
import { authCookie, cookieIn } from '../presented.ts'
import { accessTokenLife } from './access-tokens.ts'

/** The cookie that a browser refreshes its sign-in with: it goes nowhere but to what does that. */
const refreshCookie = 'refresh_token'

export const refreshTokenIn = ({ headers }: Visit): string | undefined =>
  cookieIn(headers.cookie, refreshCookie)

/**
 * `Set-Cookie` of a sign-in. `Secure` where the page came by TLS, which its `Origin` tells: whatever stands between it and
 * us. Without a refresh token the browser keeps the one that it has been given meanwhile.
 */
export function signInCookies(
  visit: Visit,
  { accessToken, refreshToken }: { accessToken: string; refreshToken: string | null },
): string[] {
  const cookies = [cookie(visit, authCookie, accessToken, accessTokenLife)]
  if (refreshToken !== null) cookies.push(cookie(visit, refreshCookie, refreshToken, signInLife / 1_000))
  return cookies
}

/** `Set-Cookie` that has a browser forget it. */
export const noCookies = (visit: Visit): string[] =>
  [authCookie, refreshCookie].map(name => cookie(visit, name, '', 0))

function cookie({ path, headers }: Visit, name: string, value: string, maxAge: number): string {
  const isRefresh = name === refreshCookie
  const attributes: SetCookie = {
    name,
    value,
    maxAge,
    httpOnly: true,
    secure: headers.origin?.startsWith('https:') === true,
    // The API is at two places; each has its own.
    path: isRefresh ? path.replace(/\/[^/]*$/, '') : '/',
    sameSite: isRefresh ? 'strict' : 'lax',
  }
  return stringifySetCookie(attributes)
}
