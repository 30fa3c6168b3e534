/** A shorter one would be found everywhere. */
const shortestPassword = 4
const shortestToken = 8

/** With what a person or a program shows who they are, in an address of the web, of git or of a database. */
const pattern = /\b([a-z][a-z\d+.-]*):\/\/([^/\s?#]*)@/gi

/** Credentials in addresses, such as that of a package index: passwords, and names that stand alone, which are tokens in the web. */
export function secretsIn(texts: Iterable<string | undefined>): string[] {
  const found = new Set<string>()
  for (const text of texts)
    for (const [, scheme = '', credentials = ''] of (text ?? '').matchAll(pattern)) {
      const colon = credentials.indexOf(':')
      if (colon === -1 && !/^https?$/i.test(scheme)) continue
      const shortest = colon === -1 ? shortestToken : shortestPassword
      const secret = credentials.slice(colon + 1)
      for (const form of [secret, decoded(secret)]) if (form.trim().length >= shortest) found.add(form)
    }
  return [...found]
}

/** An address to be shown and kept: without its password, or the token that stands for it. */
export const withoutCredentials = (address: string): string =>
  address.replaceAll(pattern, (whole, scheme: string, credentials: string) =>
    credentials.includes(':') || /^https?$/i.test(scheme) ? `${scheme}://***@` : whole,
  )

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a percent sign that stands for itself
  }
}
