import { parse } from 'toml'
import { z } from 'zod'
import { lineOf, tomlEntries } from './toml-entries.ts'

export type ParsedToml =
  | { readonly kind: 'values'; readonly values: Record<string, unknown> }
  /** Line and column count from 1. */
  | {
      readonly kind: 'fault'
      readonly line: number | undefined
      readonly column: number | undefined
      readonly text: string
    }

/** Reads a TOML document. What is wrong with it is told in words of ours, with the line it stands in. */
export function parseToml(text: string): ParsedToml {
  try {
    return { kind: 'values', values: parse(text) }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const place = placeOf(error)
    const shown = shownLine(text.split('\n')[(place?.line ?? 0) - 1])
    const told = redefinition(error.message, text) ?? syntax(error.message)
    return {
      kind: 'fault',
      line: place?.line,
      column: place?.column,
      text: shown === undefined ? told : `${told}\n      ${shown}`,
    }
  }
}

const positionSchema = z.object({ line: z.number(), column: z.number() })
/** The parser tells where it stopped as `location.start`, and what contradicts something earlier by its own fields. */
const placeSchema = z.union([positionSchema, z.object({ location: z.object({ start: positionSchema }) })])

function placeOf(error: Error): { line: number; column: number } | undefined {
  const place = placeSchema.safeParse(error)
  if (!place.success) return undefined
  return 'location' in place.data ? place.data.location.start : place.data
}

/** A key or table that is there already. */
function redefinition(message: string, text: string): string | undefined {
  const name = /^Cannot redefine existing key '(.+)'\.$/s.exec(message)?.[1]
  if (name === undefined) return undefined
  const entries = tomlEntries(text)
  const path = entries.find(entry => entry.path.join('.') === name)?.path ?? name.split('.')
  const first = lineOf(entries, path)
  return `${name} is there a second time${first === undefined ? '' : `; the first is in line ${first}`}`
}

/** The parser lists every character that could have stood there; what stands there instead says more. */
function syntax(message: string): string {
  const found = /^Expected (.+) but (.+) found\.$/s.exec(message)
  if (found === null) return `cannot be read as TOML: ${message}`
  const [, expected = '', what = ''] = found
  const wanted = expected.includes('"true"') ? `; ${values}` : ''
  if (what === 'end of input') return `cannot be read as TOML: the file ends too early${wanted}`
  if (/^"\\[nr]/.test(what)) return `cannot be read as TOML: the line ends too early${wanted}`
  return `cannot be read as TOML: ${what} cannot stand here${wanted}`
}

const values = 'expected a number, true, false, "a text in quotes" or [a, list]'

/** The line, unless its key sounds like a secret, and not more of it than helps. */
function shownLine(line: string | undefined): string | undefined {
  const text = line?.trim()
  if (text === undefined || text === '') return undefined
  const hidden = text.replace(/^([^=]*(?:token|secret|password|key)[^=]*=).*$/i, '$1 ****')
  return hidden.length > 100 ? `${hidden.slice(0, 100)}…` : hidden
}
