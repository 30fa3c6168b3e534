import { createHash } from 'node:crypto'

/** What agents take as the longest name of a tool. */
const longest = 64

/** The name of a server's tool or prompt beside those of all others: `SERVER_TOOL`, of letters that agents take. */
export function publicName(server: string, name: string): string {
  const whole = `${server}_${name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`
  if (whole.length <= longest) return whole
  // What was cut off still tells it from others.
  const rest = createHash('sha256').update(`${server}_${name}`).digest('hex').slice(0, 8)
  return `${whole.slice(0, longest - rest.length - 1)}_${rest}`
}

/** What names have in common that an agent may take for the same: some write one character for the other. */
export const foldedName = (name: string): string => name.replaceAll('-', '_').toLowerCase()

/** What stands before `+` in the addresses of a server's resources (RFC 3986, section 3.1, has no underscore). */
export const schemeOf = (server: string): string => server.replaceAll('_', '-')

export const publicUri = (server: string, uri: string): string => `${schemeOf(server)}+${uri}`
