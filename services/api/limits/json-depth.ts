/** Whether JSON nests deeper than this, without parsing it. Of what is no JSON anything may be said. */
export function nestsDeeper(json: string, most: number): boolean {
  let depth = 0
  for (let at = 0; at < json.length; at++)
    switch (json[at]) {
      case '"':
        at = endOfText(json, at)
        break
      case '{':
      case '[':
        if (++depth > most) return true
        break
      case '}':
      case ']':
        depth--
    }
  return false
}

/** Where a text that begins here ends. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); end !== -1; end = json.indexOf('"', end + 1)) {
    let backslashes = 0
    while (json[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end
  }
  return json.length
}
