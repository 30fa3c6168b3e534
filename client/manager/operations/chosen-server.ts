import { didYouMean } from '../../../lib/suggest.ts'
import { UserError } from '../../../lib/user-error.ts'
import { visible } from '../../../lib/visible.ts'
import type { Entry } from '../descriptor/entry.ts'
import { givenEntry } from '../descriptor/given.ts'
import type { Options } from '../descriptor/options.ts'
import type { Provenance } from '../descriptor/ways.ts'
import { type Found, readDiscovered } from '../discovery/discovered.ts'
import { keyOf } from '../discovery/merge.ts'
import { provenanceOf } from './shown-server.ts'

export type Chosen = {
  readonly entry: Entry
  readonly provenance: Provenance
  /** What its description says itself of how it is to be started. */
  readonly options: Options
}

/** The server that is meant: one that was discovered, or as it is described. Throws a UserError. */
export function chosenServer(
  root: string,
  { name, descriptor }: { name?: string | undefined; descriptor?: unknown },
): Chosen {
  if ((name === undefined) === (descriptor === undefined))
    throw new UserError('give either name, of a server that was discovered, or descriptor')
  if (name !== undefined) {
    const { entry, from } = named(readDiscovered(root).found, name)
    return { entry, provenance: provenanceOf(from), options: {} }
  }
  const given = givenEntry(descriptor)
  if (!given.ok) throw new UserError(`descriptor: ${given.reason}`)
  return { entry: given.entry, options: given.options, provenance: { kind: 'given' } }
}

/** By its whole name, or by the last part of it where that is nobody else's. */
function named(found: readonly Found[], name: string): Found {
  const key = keyOf(name)
  const whole = found.find(one => keyOf(one.entry.name) === key)
  if (whole !== undefined) return whole
  const last = found.filter(one => keyOf(one.entry.name).endsWith(`/${key}`))
  const [only] = last
  if (only !== undefined && last.length === 1) return only
  const names = found.map(({ entry }) => entry.name)
  if (last.length > 1)
    throw new UserError(`several servers are called "${name}"`, {
      fix: `give one of: ${last.map(({ entry }) => entry.name).join(', ')}`,
    })
  throw new UserError(`no server "${visible(name.slice(0, 200))}" was discovered`, {
    fix:
      didYouMean(name, [...names, ...names.map(one => one.split('/').at(-1) ?? one)]) ??
      'look for it (discover_servers, mcp-server discover), or take in a catalogue (refresh_discovery, mcp-server refresh)',
  })
}
