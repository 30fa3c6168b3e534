/** How deep JSON may nest, and how many values may stand in its lists and objects together. */
export type JsonBounds = { readonly depth: number; readonly values: number }

/** What is asked for has a few of each. What looks at every value, to say what is wrong with it, takes its time. */
export const bodyBounds: JsonBounds = { depth: 64, values: 20_000 }

/** Which bound JSON passes first, without parsing it. Of what is no JSON anything may be said. */
export function jsonExcess(json: string, most: JsonBounds): keyof JsonBounds | undefined {
  let depth = 0
  let values = 0
  for (let at = 0; at < json.length; at++)
    switch (json[at]) {
      case '"':
        at = endOfText(json, at)
        break
      case '{':
      case '[':
        if (++depth > most.depth) return 'depth'
        if (++values > most.values) return 'values'
        break
      case ',':
        if (++values > most.values) return 'values'
        break
      case '}':
      case ']':
        depth--
    }
  return undefined
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
