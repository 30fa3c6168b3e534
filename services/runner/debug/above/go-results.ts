/** What a list of Go separates, outside of brackets. */
function split(list: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < list.length; i++) {
    const sign = list[i] ?? ''
    if ('([{'.includes(sign)) depth++
    if (')]}'.includes(sign)) depth--
    if (depth > 0 || sign !== ',') continue
    parts.push(list.slice(from, i).trim())
    from = i + 1
  }
  return [...parts, list.slice(from).trim()].filter(part => part !== '')
}

const named = /^([\p{L}_][\p{L}\p{N}_]*)\s+\S/u
/** These begin types that go on behind a space. */
const words: ReadonlySet<string> = new Set(['chan', 'func', 'interface', 'map', 'struct'])

const nameOf = (part: string) => named.exec(part)?.[1]

/**
 * The names of a function's results in Go; none where they have none. `behind`: its text behind its parameters. Of a list either
 * all have a name or none, and `a, b int` are two of one type.
 */
export function resultNames(behind: string): string[] {
  const text = behind.replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, ' ').trimStart()
  if (!text.startsWith('(')) return []
  let depth = 0
  const end = [...text].findIndex(sign => {
    if (sign === '(') depth++
    if (sign === ')') depth--
    return depth === 0
  })
  const parts = split([...text].slice(1, end < 0 ? undefined : end).join(''))
  const isNamed = parts.some(part => {
    const name = nameOf(part)
    return name !== undefined && !words.has(name)
  })
  return isNamed ? parts.map(part => part.split(/\s/, 1)[0] ?? '') : []
}
