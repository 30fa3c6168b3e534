import { isTable } from '../judge.ts'
import { keyName } from '../keys.ts'
import { type Place, placeText } from '../place.ts'
import { shownValue, valueText } from '../value-text.ts'
import { secretTables } from './masked-text.ts'
import type { McpConfiguration } from './read.ts'

export type ShownMcpKey = {
  readonly key: string
  readonly value: unknown
  readonly text: string
  readonly place: Place
}

type Leaf = { readonly path: readonly string[]; readonly value: unknown }

/** Schemas are one value, however they are written. */
const schemas: readonly string[] = ['input_schema', 'output_schema']

/** All keys of the gateway and the manager, and of servers and composites those that are set, with the values that count. */
export function shownMcpKeys({
  settings: { gateway, manager },
  given: { servers = {}, composites = {} },
  placeOf,
}: Extract<McpConfiguration, { ok: true }>): ShownMcpKey[] {
  return [...leaves([], { gateway, manager }), ...leaves([], { servers, composites })].map(
    ({ path, value }) => {
      const [top, , table = ''] = path
      const isSecret = top === 'servers' && secretTables.includes(table)
      return {
        key: keyName(path),
        value: shownValue(value, isSecret),
        text: valueText(value, isSecret, true),
        place: placeOf(path),
      }
    },
  )
}

function leaves(path: readonly string[], value: unknown): Leaf[] {
  const [, table, ...within] = path
  // A server may have such a name as well.
  const isSchema = table !== undefined && schemas.includes(within.at(-1) ?? '')
  if (!isTable(value) || isSchema) return [{ path, value }]
  return Object.entries(value).flatMap(([key, one]) => leaves([...path, key], one))
}

/** As data, by key. */
export const shownMcp = (
  shown: readonly ShownMcpKey[],
): Record<string, { readonly value: unknown; readonly from: string }> =>
  Object.fromEntries(shown.map(({ key, value, place }) => [key, { value, from: placeText(place) }]))
