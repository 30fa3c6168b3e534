/** What git says about itself and what only says how far it is, neither of interest to who reads the message. */
const noise = new RegExp(
  [
    '^(?:hint:|warning:|From |Please make sure|and the repository exists|\\s*$)',
    '^(?:remote: )?(?:Enumerating|Counting|Compressing|Receiving|Resolving|Total|Checking)\\b',
  ].join('|'),
)
const longest = 600

/**
 * What may be told of git's complaint: without progress, credentials and the server's own directories (`privateRoot`),
 * on few lines, of bounded length.
 */
export function publicMessage(stderr: string, privateRoot: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .filter(line => !noise.test(line))
    .map(line => line.replace(/^(?:fatal|error): /, '').trimEnd())
  const text = [...new Set(lines)].join('; ')
  const message = withoutPrivate(text, privateRoot)
  if (message === '') return 'git said nothing'
  return message.length > longest ? `${message.slice(0, longest)}…` : message
}

/** The text without credentials and the server's own directories. */
export const withoutPrivate = (text: string, privateRoot: string): string =>
  withoutCredentials(text).replaceAll(privateRoot, '…')

/** `https://name:secret@host` loses what stands before the `@`. */
export const withoutCredentials = (text: string): string =>
  text.replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]*(?:@[^\s/@'"]*)*@/gi, '$1')
