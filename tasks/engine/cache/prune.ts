import { lstatSync, readdirSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { errorCode } from '../../../lib/error-code.ts'
import { discard } from './discard.ts'
import { objectsOf, parseManifest } from './manifest.ts'
import type { Places } from './places.ts'
import { touch } from './touch.ts'
import { readPlain } from './verified-copy.ts'

export interface Pruned {
  readonly removedEntries: number
  readonly freedBytes: number
  /** What is left, counted. */
  readonly entries: number
  readonly bytes: number
}

interface Entry {
  readonly path: string
  readonly size: number
  readonly usedAt: number
  readonly objects: ReadonlySet<string>
}

interface StoredObject {
  readonly size: number
  readonly path: string
}

/** For so long an object may be waiting for the entry that names it: another process may be storing now. */
const objectGraceMs = 60_000

/** No store or restore takes longer to write one file. */
const temporaryGraceMs = 3_600_000

const entriesAtOnce = 256

/**
 * Removes the entries that were used longest ago until what is left, with what it needs, is within the bound; then the
 * objects that nobody needs, and what killed processes have left. Needs no lock: what another process does meanwhile
 * costs at most an entry that turns out to be a miss.
 */
export async function prune(
  places: Places,
  { maxBytes, now }: { maxBytes: number; now: number },
): Promise<Pruned> {
  const entries = await readEntries(places, now)
  const objects = await listObjects(places)
  const uses = countUses(entries)
  let removedEntries = 0
  let freedBytes = 0
  let bytes = sum(entries) + sum([...objects.values()])
  // Every use that ends here is subtracted; what has none is removed below, all at once.
  let needed =
    sum(entries) + sum([...objects].filter(([digest]) => uses.has(digest)).map(([, object]) => object))
  const remaining = entries.sort((one, other) => other.usedAt - one.usedAt)
  for (let last = remaining.at(-1); last !== undefined && needed > maxBytes; last = remaining.at(-1)) {
    remaining.pop()
    needed -= last.size + releaseUses(last, uses, objects)
    bytes -= last.size
    if (!remove(last.path)) continue
    removedEntries++
    freedBytes += last.size
  }
  for (const [digest, { path, size }] of objects) {
    if (uses.has(digest) || !isAbandoned(path, now, objectGraceMs)) continue
    bytes -= size
    if (remove(path)) freedBytes += size
  }
  for (const name of listing(places.temporary)) {
    const path = join(places.temporary, name)
    if (isAbandoned(path, now, temporaryGraceMs)) discard(path)
  }
  return { removedEntries, freedBytes, entries: remaining.length, bytes }
}

async function readEntries(places: Places, now: number): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const [index, name] of listing(places.entries).entries()) {
    if (index % entriesAtOnce === entriesAtOnce - 1) await setImmediate()
    const path = join(places.entries, name)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats === undefined) continue
    const text = readPlain(path)?.toString()
    const manifest = text === undefined ? undefined : parseManifest(text, name.replace(/\.json$/, ''))
    if (manifest === undefined) {
      discard(path)
      continue
    }
    // Of a clock that was ahead: from now on it ages like the others.
    if (stats.mtimeMs > now) touch(path, now)
    const objects = new Set(objectsOf(manifest).map(object => object.digest))
    entries.push({ path, size: stats.size, usedAt: Math.min(stats.mtimeMs, now), objects })
  }
  return entries
}

/** By digest; what has another name is listed as well, under one that no entry has. */
async function listObjects(places: Places): Promise<Map<string, StoredObject>> {
  const objects = new Map<string, StoredObject>()
  for (const shard of listing(places.objects)) {
    await setImmediate()
    for (const name of listing(join(places.objects, shard))) {
      const path = join(places.objects, shard, name)
      const stats = lstatSync(path, { throwIfNoEntry: false })
      if (stats !== undefined) objects.set(shard + name, { path, size: stats.size })
    }
  }
  return objects
}

function countUses(entries: readonly Entry[]): Map<string, number> {
  const uses = new Map<string, number>()
  for (const entry of entries)
    for (const digest of entry.objects) uses.set(digest, (uses.get(digest) ?? 0) + 1)
  return uses
}

/** The size of what nobody needs any more without this entry. */
function releaseUses(
  entry: Entry,
  uses: Map<string, number>,
  objects: ReadonlyMap<string, StoredObject>,
): number {
  let released = 0
  for (const digest of entry.objects) {
    const left = (uses.get(digest) ?? 0) - 1
    if (left > 0) {
      uses.set(digest, left)
      continue
    }
    uses.delete(digest)
    released += objects.get(digest)?.size ?? 0
  }
  return released
}

/** Asks at the last moment, and takes a time that is as far ahead for the work of a clock that jumped. */
function isAbandoned(path: string, now: number, graceMs: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats !== undefined && Math.abs(now - stats.mtimeMs) > graceMs
}

/** Whether this has removed it, and not another process before. */
function remove(path: string): boolean {
  try {
    unlinkSync(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

/** Empty where there is no such directory. */
function listing(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return []
    throw error
  }
}

const sum = (items: readonly { readonly size: number }[]): number =>
  items.reduce((total, { size }) => total + size, 0)
