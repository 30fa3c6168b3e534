/**
 * A pattern for paths of a tree, written with `/`: `*` and `?` stand for what is within one name, `[a-z]` and `[!a-z]`
 * for one character, `**` for any number of directories, `\` takes a character as it is. A name without any of these at
 * the end, or a `/` there, means a directory with all that is below it as well.
 *
 * Matching takes time proportional to pattern times name. The patterns of the usual libraries become regular
 * expressions, whose time can grow exponentially with a name, and here both come from strangers.
 */
export type PathGlob = {
  readonly text: string
  readonly parts: readonly Part[]
  /** Whether what it matches is matched with all below it. */
  readonly deep: boolean
}

type Part = '**' | readonly Token[]
/** `*`, or what one character has to be. */
type Token = '*' | ((character: string) => boolean)

export type ParsedGlob =
  | { readonly ok: true; readonly glob: PathGlob }
  | { readonly ok: false; reason: string }

export function parsePathGlob(text: string): ParsedGlob {
  if (text.startsWith('/')) return refused('must be relative to the top of the worktree')
  if (text.startsWith('!')) return refused('takes no "!" in front: nothing can be left out')
  const names = text.split('/')
  const inside = names.filter(name => name !== '' && name !== '.')
  if (inside.length === 0) return refused('names nothing')
  if (inside.includes('..')) return refused('must not lead out of the worktree')
  const parts: Part[] = []
  for (const name of inside) {
    const part = name === '**' ? name : parseName(name)
    if (typeof part === 'object' && 'reason' in part) return refused(part.reason)
    if (part !== '**' || parts.at(-1) !== '**') parts.push(part)
  }
  const deep = names.at(-1) === '' || !/[*?[]/.test(inside.at(-1) ?? '')
  return { ok: true, glob: { text, parts, deep } }
}

const refused = (reason: string): ParsedGlob => ({ ok: false, reason })

function parseName(name: string): Token[] | { reason: string } {
  const tokens: Token[] = []
  const characters = [...name]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    switch (character) {
      case '*':
        if (tokens.at(-1) !== '*') tokens.push('*')
        break
      case '?':
        tokens.push(() => true)
        break
      case '{':
      case '}':
        return { reason: 'takes no braces: give one pattern for each, or write \\{ for the character' }
      case '[': {
        const end = characters.indexOf(']', at + (characters[at + 1] === '!' ? 3 : 2))
        if (end === -1) return { reason: 'has a [ without its ]: write \\[ for the character' }
        tokens.push(oneOf(characters.slice(at + 1, end)))
        at = end
        break
      }
      case '\\': {
        const literal = characters[++at]
        if (literal === undefined) return { reason: 'ends in a \\ that stands before nothing' }
        tokens.push(given => given === literal)
        break
      }
      default:
        tokens.push(given => given === character)
    }
  }
  return tokens
}

/** What stands in brackets: characters and ranges of them, or with `!` in front all others. */
function oneOf(inside: readonly string[]): (character: string) => boolean {
  const not = inside[0] === '!'
  const ranges: [from: string, to: string][] = []
  for (let at = not ? 1 : 0; at < inside.length; at++) {
    const from = inside[at] ?? ''
    const to = inside[at + 1] === '-' ? inside[at + 2] : undefined
    ranges.push([from, to ?? from])
    if (to !== undefined) at += 2
  }
  return given => ranges.some(([from, to]) => given >= from && given <= to) !== not
}

/**
 * How far a glob has got on the way down a tree: the parts that the next name may fit. None means that nothing below is
 * matched.
 */
export type GlobState = readonly number[]

export const globStart = ({ parts }: PathGlob): GlobState => reached(parts, [0])

/** After one more name of a path. */
export function globStep({ parts, deep }: PathGlob, state: GlobState, name: string): GlobState {
  const next: number[] = []
  for (const at of state) {
    const part = parts[at]
    if (part === undefined) {
      if (deep) next.push(at)
    } else if (part === '**') next.push(at)
    else if (fits(part, name)) next.push(at + 1)
  }
  return reached(parts, next)
}

/** Whether the names so far are a path that the glob matches. */
export const globMatches = ({ parts }: PathGlob, state: GlobState): boolean => state.includes(parts.length)

/** With what comes next where `**` stands for no directory at all. */
function reached(parts: readonly Part[], state: readonly number[]): GlobState {
  const all = new Set(state)
  for (const at of all) if (parts[at] === '**') all.add(at + 1)
  return [...all]
}

/** The last `*` alone is ever tried again: an earlier one can take no more than it has to. */
function fits(tokens: readonly Token[], name: string): boolean {
  const characters = [...name]
  let token = 0
  let star = -1
  let taken = 0
  for (let at = 0; at < characters.length; ) {
    const wanted = tokens[token]
    if (wanted === '*') {
      star = token++
      taken = at
    } else if (wanted?.(characters[at] ?? '')) {
      token++
      at++
    } else if (star === -1) return false
    else {
      token = star + 1
      at = ++taken
    }
  }
  while (tokens[token] === '*') token++
  return token === tokens.length
}
