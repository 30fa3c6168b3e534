import mime from 'mime'

/** How much of a file has to be seen. */
export const seenBytes = 512

/** What is text by its very nature, and keeps its name for it. */
const textual = /^text\/|[/+](?:json|xml|javascript|yaml|toml)$/

/**
 * The media type of a file: by its name, but what is text is told as text where the name is known for something else (`.ts`
 * is a film to some). `head`: its first bytes.
 */
export function mediaType(name: string, head: Uint8Array): string {
  const known = mime.getType(name)
  if (known !== null && textual.test(known))
    return known.startsWith('text/') ? `${known}; charset=utf-8` : known
  if (isText(head) && head.length > 0) return 'text/plain; charset=utf-8'
  return known ?? (head.length === 0 ? 'text/plain; charset=utf-8' : 'application/octet-stream')
}

function isText(head: Uint8Array): boolean {
  if (head.includes(0)) return false
  try {
    // The last character may be cut off.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return true
  } catch {
    return false
  }
}
