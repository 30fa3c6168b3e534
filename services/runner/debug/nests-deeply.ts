/** No message of a debugger has so many levels. What is worked out level by level, such as a mask of secrets, bears more. */
const deepest = 500

const quote = 0x22
const backslash = 0x5c
const opens: ReadonlySet<number> = new Set([0x5b, 0x7b])
const closes: ReadonlySet<number> = new Set([0x5d, 0x7d])

/** Whether a text of JSON has more levels than may be: it can be parsed, and little else can be done with it. */
export function nestsDeeply(json: string): boolean {
  // Each level opens and closes: most messages have no room for them.
  if (json.length < deepest * 2) return false
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === quote) at = endOfText(json, at)
    else if (opens.has(code) && ++depth > deepest) return true
    else if (closes.has(code)) depth--
  }
  return false
}

/** Where the quote stands that ends the text which this one begins. */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1)
  while (end > 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1)
  return end < 0 ? json.length : end
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0
  while (json.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
  return backslashes % 2 === 1
}
