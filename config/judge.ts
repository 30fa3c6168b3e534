import { z } from 'zod'
import { allowed } from './allowed.ts'
import { expand } from './expand.ts'
import { type Key, keyName, keysByName, sections } from './keys.ts'
import type { Place } from './place.ts'
import type { Problem } from './problem.ts'
import type { DocumentName } from './schema.ts'
import { foreign, unknownKey } from './unknown-key.ts'
import { valueText } from './value-text.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A key that was set. Where is looked for only when it is asked for: most readers want the value alone. */
export type SetKey = { readonly key: Key; readonly value: unknown; readonly place: () => Place }

export type Judged = { readonly set: readonly SetKey[]; readonly problems: readonly Problem[] }

export type JudgeOptions = {
  readonly values: Readonly<Record<string, unknown>>
  /** What the file may hold keys of. */
  readonly documents: readonly DocumentName[]
  readonly place: (path: readonly string[]) => Place
  readonly environment: Environment
}

/**
 * Holds what one file says against the keys that there are. Each file by itself, whatever overrides it: what is wrong
 * in it stays wrong when a variable happens to be set.
 */
export function judge({ values, documents, place, environment }: JudgeOptions): Judged {
  const set: SetKey[] = []
  const problems: Problem[] = []
  const tell = (path: readonly string[], text: string) => problems.push({ place: place(path), text })
  const visit = (table: Readonly<Record<string, unknown>>, above: readonly string[]) => {
    for (const [part, value] of Object.entries(table)) {
      const path = [...above, part]
      const key = keysByName.get(keyName(path))
      const section = sections.get(keyName(path))
      const home = key?.document ?? section
      if (home === undefined) tell(path, unknownKey(path, isTable(value) ? 'section' : 'key', documents))
      else if (!documents.includes(home))
        tell(path, foreign(section === undefined ? keyName(path) : `[${keyName(path)}]`, home))
      else if (key !== undefined) {
        const fault = faultOf(key, value, environment)
        if (fault === undefined) set.push({ key, value, place: () => place(path) })
        else tell(path, `${key.name} = ${fault}`)
      } else if (isTable(value)) visit(value, path)
      else
        tell(
          path,
          `${keyName(path)} = ${valueText(value, true, false)}: expected a section, [${keyName(path)}]`,
        )
    }
  }
  visit(values, [])
  return { set, problems }
}

/** The value and what is wrong with it; undefined where it may stand. */
export function faultOf(key: Key, value: unknown, environment: Environment): string | undefined {
  const shown = () => valueText(value, key.secret, false)
  if (!z.safeParse(key.type, value).success) return `${shown()}: expected ${allowed(key.type)}`
  if (key.expand === undefined || typeof value !== 'string') return undefined
  const result = expand(value, environment)
  return 'fault' in result ? `${shown()}: ${result.fault}` : undefined
}

export const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
