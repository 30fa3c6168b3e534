import { type SetCookie, stringifySetCookie } from 'cookie'
import { signInLife } from '../../store/sign-in-rows.ts'
import type { Visit } from '../handlers/handler.ts'
import { authCookie, cookieIn } from '../presented.ts'
import { accessTokenLife } from './access-tokens.ts'
import { deviceLife } from './device-tokens.ts'

/** The cookie that a browser refreshes its sign-in with: it goes nowhere but to what does that. */
const refreshCookie = 'refresh_token'

/** And what it is known again by, which stays when the user signs out. */
const deviceCookie = 'device_token'

export const deviceTokenIn = ({ headers }: Visit): string | undefined =>
  cookieIn(headers.cookie, deviceCookie)

export const refreshTokenIn = ({ headers }: Visit): string | undefined =>
  cookieIn(headers.cookie, refreshCookie)

export type SignInTokens = {
  readonly accessToken: string
  readonly refreshToken: string | null
  readonly device: string | null
}

/**
 * `Set-Cookie` of a sign-in. `Secure` where the page came by TLS, which its `Origin` tells: whatever stands between it and
 * us. Without a refresh token the browser keeps the one that it has been given meanwhile.
 */
export function signInCookies(visit: Visit, { accessToken, refreshToken, device }: SignInTokens): string[] {
  const cookies = [cookie(visit, authCookie, accessToken, accessTokenLife)]
  if (refreshToken !== null) cookies.push(cookie(visit, refreshCookie, refreshToken, signInLife / 1_000))
  if (device !== null) cookies.push(cookie(visit, deviceCookie, device, deviceLife))
  return cookies
}

/** `Set-Cookie` that has a browser forget it. */
export const noCookies = (visit: Visit): string[] =>
  [authCookie, refreshCookie].map(name => cookie(visit, name, '', 0))

function cookie({ path, headers }: Visit, name: string, value: string, maxAge: number): string {
  const isEverywhere = name === authCookie
  const attributes: SetCookie = {
    name,
    value,
    maxAge,
    httpOnly: true,
    secure: headers.origin?.startsWith('https:') === true,
    // The API is at two places; each has its own.
    path: isEverywhere ? '/' : path.replace(/\/[^/]*$/, ''),
    sameSite: isEverywhere ? 'lax' : 'strict',
  }
  return stringifySetCookie(attributes)
}
