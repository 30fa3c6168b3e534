import { bytesOf } from '../../lib/byte-count.ts'
import { secondsOf } from '../../lib/duration.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { usageError } from './cli-error.ts'
import type { FieldKind } from './fields.ts'
import { abridged } from './render/abridged.ts'
import type { FlagWords } from './words/words.ts'

/** The value of a field from its text. Only its form is judged here: limits and patterns are the schema's. */
export function fieldValue(
  type: FieldKind,
  label: string,
  given: string | readonly string[],
  read: FlagWords['read'],
): unknown {
  const texts = [given].flat()
  const last = texts.at(-1) ?? ''
  switch (type.kind) {
    case 'text':
    case 'boolean':
      return last
    case 'number':
      if (read === 'seconds') return seconds(label, last)
      return read === 'bytes' ? bytes(label, last) : number(label, last)
    case 'choice':
      return choice(label, last, type.choices)
    case 'list': {
      const parts = read === 'commas' ? texts.flatMap(splitAtCommas) : texts
      return parts.map(part => fieldValue(type.of, label, part, undefined))
    }
    case 'record':
      return Object.fromEntries(texts.map(text => pair(label, text)))
  }
}

function choice(label: string, text: string, choices: readonly string[]): string {
  if (choices.includes(text)) return text
  throw usageError(`${label} "${abridged(text)}": expected ${choices.join(', ')}`, didYouMean(text, choices))
}

const splitAtCommas = (text: string): string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')

function number(label: string, text: string): number {
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return Number(text)
  throw usageError(`${label} "${abridged(text)}": expected a number`)
}

function seconds(label: string, text: string): number {
  const read = secondsOf(text)
  if (read !== undefined) return read
  throw usageError(`${label} "${abridged(text)}": expected a time such as 30s, 10m, 2h or 7d`)
}

function bytes(label: string, text: string): number {
  const read = bytesOf(text)
  if (read !== undefined) return read
  throw usageError(`${label} "${abridged(text)}": expected a size such as 4096, 512M or 2G`)
}

function pair(label: string, text: string): [string, string] {
  const at = text.indexOf('=')
  if (at < 1) throw usageError(`${label} "${abridged(text)}": expected NAME=VALUE`)
  return [text.slice(0, at), text.slice(at + 1)]
}
