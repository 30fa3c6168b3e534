import { existsSync, symlinkSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { type CachedFile, isBelow } from './cached-file.ts'
import { discard } from './discard.ts'
import { InsideRoot } from './inside-root.ts'
import { type Manifest, parseManifest } from './manifest.ts'
import type { Places } from './places.ts'
import { refusal } from './refusal.ts'
import { replaceOutputs, type Staged } from './replace-outputs.ts'
import { touch } from './touch.ts'
import { type Content, copyVerified, inDirectory, readPlain, readVerified } from './verified-copy.ts'

export type Restored =
  | { readonly kind: 'restored'; readonly files: readonly CachedFile[]; readonly result: Uint8Array }
  | { readonly kind: 'miss' }
  /** It was not what had been stored, and is removed; `path` is the file in the cache. Nothing was restored. */
  | { readonly kind: 'damaged'; readonly path: string }
  /**
   * The entry is good, but could not be brought to its place: a full disk, a link that leads out of the root. Where the
   * system refused half-way, some outputs are as they were and some as they should be; none is anything else.
   */
  | { readonly kind: 'failed'; readonly why: string }

export interface RestoreTo {
  readonly root: string
  /** Paths of outputs recorded earlier: those that the entry does not have are removed. A directory, if it is empty. */
  readonly stale?: readonly string[]
}

const filesAtOnce = 64

class Damaged {
  readonly path: string
  constructor(path: string) {
    this.path = path
  }
}

/**
 * Copies everything to temporary files and verifies these; only when all of it is there and right is anything in the
 * root touched. The copies lie in the cache, so what a killed process leaves is found by prune.
 */
export async function restoreOutputs(
  { places, now }: { places: Places; now: () => number },
  fingerprint: string,
  { root, stale = [] }: RestoreTo,
): Promise<Restored> {
  const entry = places.entry(fingerprint)
  const staged: Staged[] = []
  try {
    const manifest = readManifest(entry, fingerprint)
    if (manifest === undefined) return { kind: 'miss' }
    const { files } = manifest
    const kept = new Set(files.map(file => file.path))
    const gone = stale.filter(path => !kept.has(path))
    const fault = faultOfPlaces(root, files, gone)
    if (fault !== undefined) return { kind: 'failed', why: fault }
    const result = resultOf(places, manifest)
    for (const [index, file] of files.entries()) {
      if (index % filesAtOnce === filesAtOnce - 1) await setImmediate()
      if (file.kind !== 'directory') await stage(places, file, staged)
    }
    const directories = files.filter(file => file.kind === 'directory')
    replaceOutputs(root, { gone, directories, staged })
    touchQuietly(entry, now())
    return { kind: 'restored', files, result }
  } catch (error) {
    if (!(error instanceof Damaged)) return { kind: 'failed', why: refusal(error) }
    // Prune removes an entry before its objects: one that is gone by now was pruned, not damaged.
    if (error.path !== entry && !existsSync(entry)) return { kind: 'miss' }
    discard(entry)
    discard(error.path)
    return { kind: 'damaged', path: error.path }
  } finally {
    for (const { temporary } of staged) discard(temporary)
  }
}

function readManifest(entry: string, fingerprint: string): Manifest | undefined {
  const text = readPlain(entry)?.toString()
  if (text === undefined && !existsSync(entry)) return undefined
  const manifest = text === undefined ? undefined : parseManifest(text, fingerprint)
  if (manifest === undefined) throw new Damaged(entry)
  return manifest
}

/** Why something of this must not be written or removed. */
function faultOfPlaces(
  root: string,
  files: readonly CachedFile[],
  gone: readonly string[],
): string | undefined {
  const outside = gone.find(path => !isBelow(path))
  if (outside !== undefined) return `${JSON.stringify(outside)} is no path below the root`
  const directories = files.filter(file => file.kind === 'directory').map(file => file.path)
  const inside = new InsideRoot(root, new Set([...gone, ...directories]))
  for (const path of [...files.map(file => file.path), ...gone]) {
    const fault = inside.faultOf(path)
    if (fault !== undefined) return fault
  }
  return undefined
}

function resultOf(places: Places, { result }: Manifest): Uint8Array {
  return result.kind === 'inline' ? result.bytes : objectOf(places, result)
}

function objectOf(places: Places, content: Content): Buffer {
  const path = places.object(content.digest)
  const bytes = readVerified(path, content)
  if (bytes === undefined) throw new Damaged(path)
  return bytes
}

async function stage(places: Places, file: CachedFile, staged: Staged[]): Promise<void> {
  const temporary = places.newTemporary()
  // Before it is there: whatever becomes of it, it is removed.
  staged.push({ temporary, path: file.path })
  if (file.kind === 'link') {
    const text = objectOf(places, file)
    inDirectory(temporary, () => symlinkSync(text, temporary))
  } else {
    const object = places.object(file.digest)
    if (!(await copyVerified(object, temporary, file, file.mode))) throw new Damaged(object)
  }
}

/** When an entry was used decides only when it goes. */
function touchQuietly(path: string, instant: number): void {
  try {
    touch(path, instant)
  } catch (error) {
    refusal(error)
  }
}
