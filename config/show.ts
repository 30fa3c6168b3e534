import type { Configuration } from './configuration.ts'
import type { Setter } from './files.ts'
import { keys } from './keys.ts'
import { type Place, placeText } from './place.ts'
import { type DocumentName, documents } from './schema.ts'
import { shownValue, valueText } from './value-text.ts'

/** A key as it is shown to people and programs: never with a secret. */
export type ShownKey = {
  readonly document: DocumentName
  readonly key: string
  /** Undefined for a key that has no default and is not set. */
  readonly value: unknown
  readonly text: string
  readonly place: Place
  readonly by: Setter | 'default'
}

/** Every key with the value that counts, set or not, in the order of the schemas. */
export function shownKeys({ set }: Pick<Configuration, 'set'>): ShownKey[] {
  const defaults = {
    bootstrap: documents.bootstrap.parse({}),
    server: documents.server.parse({}),
    smoke: documents.smoke.parse({}),
  }
  return keys.map(key => {
    const found = set.get(key.name)
    const value = found === undefined ? valueAt(defaults[key.document], key.path) : found.value
    return {
      document: key.document,
      key: key.name,
      value: value === undefined ? undefined : shownValue(value, key.secret),
      text: value === undefined ? '-' : valueText(value, key.secret, true),
      place: found?.place() ?? { from: 'default' },
      by: found?.by ?? 'default',
    }
  })
}

function valueAt(table: object, [head = '', ...rest]: readonly string[]): unknown {
  const value: unknown = Object.entries(table).find(([name]) => name === head)?.[1]
  return rest.length > 0 && typeof value === 'object' && value !== null ? valueAt(value, rest) : value
}

/** As data: each key of a document with its value and where that comes from. */
export const shownDocument = (
  shown: readonly ShownKey[],
  document: DocumentName,
): Record<string, { value: unknown; from: string; by: ShownKey['by'] }> =>
  Object.fromEntries(
    shown
      .filter(one => one.document === document)
      .map(({ key, value, place, by }) => [key, { value: value ?? null, from: placeText(place), by }]),
  )
