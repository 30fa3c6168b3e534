import { extname, resolve } from 'node:path'
import { parseToml } from '../../../config/parse-toml.ts'
import { readText } from '../../../config/read-text.ts'
import { UserError } from '../../../lib/user-error.ts'
import { givenEntry } from '../descriptor/given.ts'
import { isGenerated, ownPath } from '../own-path.ts'
import { type Found, type From, mostDiscovered } from './discovered.ts'

/** In bytes. */
const largest = 16_777_216

export type Catalog = {
  readonly from: Extract<From, { kind: 'catalog' }>
  readonly found: readonly Found[]
  readonly warnings: readonly string[]
}

/**
 * Reads a catalogue of this machine: `servers`, a list, in JSON or TOML; an answer of a registry is one, too. What is no server
 * is left out and told, by its place in the list. Nothing of the file is repeated in an error: it may be any file. `known`: it was
 * read before, and where it is gone since, it has no servers any more.
 */
export function readCatalog(root: string, path: string, { known = false } = {}): Catalog {
  const place = resolve(root, path)
  const shown = ownPath(root, place) ?? place
  if (isGenerated(root, place))
    throw new UserError(
      `${shown} lies below .artifacts, where checkouts of others lie: no catalogue is read there`,
      { fix: 'look at it, and copy it to another place' },
    )
  const from = { kind: 'catalog' as const, path: shown }
  const read = readText(place, largest)
  if (read.kind === 'absent' && known)
    return { from, found: [], warnings: [`there is no file ${shown} any more: its servers are forgotten`] }
  if (read.kind === 'absent') throw new UserError(`there is no file ${shown}`)
  if (read.kind === 'unreadable') throw new UserError(`${shown} ${read.reason}`)
  const servers = serversIn(read.text, extname(place).toLowerCase(), shown)
  if (servers.length > mostDiscovered)
    throw new UserError(`${shown} has ${servers.length} servers; a catalogue has at most ${mostDiscovered}`)
  const warnings: string[] = []
  const found = servers.flatMap((one, at): Found[] => {
    const given = givenEntry(unwrapped(one))
    if (given.ok && Object.keys(given.options).length === 0) return [{ from, entry: given.entry }]
    const reason = given.ok ? 'values of env and headers are given when it is installed' : given.reason
    warnings.push(`${shown}: servers[${at}] is left out: ${reason}`)
    return []
  })
  return { from, found, warnings }
}

function serversIn(text: string, kind: string, shown: string): readonly unknown[] {
  const values = kind === '.toml' ? ofToml(text, shown) : ofJson(text, shown)
  const servers: unknown =
    typeof values === 'object' && values !== null && 'servers' in values ? values.servers : values
  if (Array.isArray(servers)) return servers
  throw new UserError(`${shown} is no catalogue: expected a list, "servers"`)
}

function ofToml(text: string, shown: string): unknown {
  const parsed = parseToml(text)
  if (parsed.kind === 'values') return parsed.values
  throw new UserError(`${shown} is no TOML${parsed.line === undefined ? '' : `: see line ${parsed.line}`}`)
}

function ofJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UserError(`${shown} is no JSON`)
  }
}

/** A registry puts what it says itself beside the server. */
export const unwrapped = (given: unknown): unknown =>
  typeof given === 'object' && given !== null && 'server' in given ? given.server : given
