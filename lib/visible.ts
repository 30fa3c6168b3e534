/**
 * Text of a server, or of a repository, safe to print in a terminal: control and escape characters, and those that
 * change the direction of writing or are not seen at all, become visible escapes. Nothing in it can move the cursor,
 * colour the line, or look like another line of ours.
 */
export function visible(text: string): string {
  return text.replace(hidden, character => {
    const known = names[character]
    if (known !== undefined) return known
    const code = character.codePointAt(0) ?? 0
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** The same for text whose lines stay lines. */
export const visibleLines = (text: string): string[] =>
  text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map(visible)

const names: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** C0, DEL, C1, soft hyphen; zero-width and directional marks; line and paragraph separators; the byte order mark. */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g
