/** A logpoint's text, taken apart at its `{expressions}`; `\{` stands for a brace, and braces within an expression nest. */
export type LogPart = { readonly kind: 'text' | 'expression'; readonly text: string }

/** Throws a RangeError where a brace is not closed, or nothing stands between two. */
export function parseLogMessage(message: string): LogPart[] {
  const parts: LogPart[] = []
  let text = ''
  for (let at = 0; at < message.length; at += 1) {
    const character = message[at]
    if (character === '\\' && (message[at + 1] === '{' || message[at + 1] === '}')) {
      at += 1
      text += message[at]
    } else if (character === '{') {
      const end = closingBrace(message, at)
      const expression = message.slice(at + 1, end).trim()
      if (expression === '') throw new RangeError(`nothing stands between the braces at ${at}`)
      if (text !== '') parts.push({ kind: 'text', text })
      parts.push({ kind: 'expression', text: expression })
      text = ''
      at = end
    } else text += character
  }
  if (text !== '') parts.push({ kind: 'text', text })
  return parts
}

function closingBrace(message: string, open: number): number {
  let depth = 0
  for (let at = open; at < message.length; at += 1) {
    if (message[at] === '{') depth += 1
    else if (message[at] === '}') depth -= 1
    if (depth === 0) return at
  }
  throw new RangeError(`the brace at ${open} is not closed`)
}
