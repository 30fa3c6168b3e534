/** The cookie of an app's origin in which its pass stands. */
export const passCookie = 'debug_server_app'

/** All of that name: a page of another app below the same domain may have put one beside it. */
export const passesIn = (cookies: string | undefined): string[] =>
  (cookies ?? '')
    .split(';')
    .map(cookie => cookie.trim())
    .filter(cookie => cookie.startsWith(`${passCookie}=`))
    .map(cookie => cookie.slice(passCookie.length + 1))

/** No domain: it is this host's alone. */
export const setPass = (pass: string, seconds: number, secure: boolean): string =>
  `${passCookie}=${pass}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
