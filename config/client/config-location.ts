import { isAbsolute, join } from 'node:path'

export type Location = { readonly path: string } | { readonly reason: string }

/** Where the user's configuration lies, or why that cannot be told. */
export function configLocation(
  environment: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Location {
  const { DEBUG_SERVER_HOME: own, XDG_CONFIG_HOME: xdg, APPDATA: appData, HOME: home } = environment
  if (own) return { path: join(own, 'config.toml') }
  if (platform === 'win32')
    return appData ? { path: join(appData, 'debug-server', 'config.toml') } : { reason: unset('APPDATA') }
  // The XDG specification: a relative path is invalid and to be ignored.
  if (xdg && isAbsolute(xdg)) return { path: join(xdg, 'debug-server', 'config.toml') }
  return home ? { path: join(home, '.config', 'debug-server', 'config.toml') } : { reason: unset('HOME') }
}

const unset = (name: string): string => `${name} is not set`
