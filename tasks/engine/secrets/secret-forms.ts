/** Shorter values would be found everywhere: a `1` that is masked ruins every log. */
export const shortest = 4
/** What is shorter than this is masked as it is only: its encoded forms, and lines of it, are too likely by chance. */
const longEnough = 8

/**
 * The texts by which a secret may show itself: as it is, without the blank space around it (files end with a line end),
 * each line of it, for logs are made of lines, and these as JSON, in a URL, in base64, and quoted for a shell.
 */
export function formsOf(secret: string): readonly string[] {
  const whole = [secret, secret.trim()]
  const lines = secret.split(/\r?\n/).flatMap(line => [line, line.trim()])
  const plain = [...whole, ...lines.filter(line => line.length >= longEnough)]
  const encoded = plain.filter(text => text.length >= longEnough).flatMap(encodings)
  return [...new Set([...plain, ...encoded])].filter(form => form.trim().length >= shortest)
}

function encodings(text: string): string[] {
  const url = encodeURIComponent(text.toWellFormed())
  const base64 = Buffer.from(text, 'utf8').toString('base64')
  return [
    JSON.stringify(text).slice(1, -1),
    url,
    url.replaceAll('%20', '+'),
    base64,
    base64.replace(/=+$/, ''),
    Buffer.from(text, 'utf8').toString('base64url'),
    text.replaceAll("'", "'\\''"),
  ]
}
