import { readlinkSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { errorCode } from '../../../lib/error-code.ts'
import { sha256 } from '../sha256.ts'
import { type CachedFile, faultOf } from './cached-file.ts'
import { discard } from './discard.ts'
import { formatManifest, largestInline, type StoredResult } from './manifest.ts'
import type { ObjectStore } from './object-store.ts'
import type { Places } from './places.ts'
import { refusal } from './refusal.ts'
import { touch } from './touch.ts'
import { inDirectory, writeNew } from './verified-copy.ts'

/** What a task has made. */
export interface Outputs {
  readonly fingerprint: string
  readonly task: string
  readonly root: string
  /** With the digests by which the caller knows them. */
  readonly files: readonly CachedFile[]
  /** The serialized result; what it means is no concern of the cache. */
  readonly result: Uint8Array
}

export type Put =
  | { readonly kind: 'stored'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly why: string }

/** So often others have their turn, for small files are stored without waiting for anything. */
const filesAtOnce = 64

/** Half of what prune grants to an object that no entry names yet. */
const longMs = 30_000

/** Puts in the objects, then, by one rename, the entry that names them. Where it fails there is no new entry. */
export async function storeOutputs(
  { places, objects, now }: { places: Places; objects: ObjectStore; now: () => number },
  outputs: Outputs,
): Promise<Put> {
  const entry = places.entry(outputs.fingerprint)
  const files = outputs.files.map(normalized)
  const fault = faultOf(files)
  if (fault !== undefined) return { kind: 'failed', why: fault }
  const temporary = places.newTemporary()
  let published = false
  try {
    let bytes = 0
    const putAll = async () => {
      for (const [index, file] of files.entries()) {
        if (index % filesAtOnce === filesAtOnce - 1) await setImmediate()
        const added = await putOutput(objects, outputs.root, file)
        if (added === undefined) return file
        bytes += added
      }
      return undefined
    }
    const began = now()
    let changed = await putAll()
    // What was put first may have been pruned before an entry could name it.
    if (changed === undefined && Math.abs(now() - began) > longMs) changed = await putAll()
    if (changed !== undefined) return { kind: 'failed', why: `${changed.path} changed while it was stored` }
    const result = await putResult(objects, outputs.result)
    const manifest = formatManifest({ ...outputs, files, result: result.stored })
    writeNew(temporary, manifest)
    touch(temporary, now())
    inDirectory(entry, () => renameSync(temporary, entry))
    published = true
    return { kind: 'stored', bytes: bytes + result.bytes + Buffer.byteLength(manifest) }
  } catch (error) {
    return { kind: 'failed', why: refusal(error) }
  } finally {
    if (!published) discard(temporary)
  }
}

/** As it is stored: who may run a file as somebody else is not, nor what differs from one file system to the next. */
function normalized({ path, kind, mode, size, digest }: CachedFile): CachedFile {
  if (kind === 'directory') return { path, kind, mode: mode & 0o777, size: 0, digest: '' }
  return { path, kind, mode: kind === 'link' ? 0 : mode & 0o777, size, digest }
}

async function putOutput(objects: ObjectStore, root: string, file: CachedFile): Promise<number | undefined> {
  const path = join(root, file.path)
  switch (file.kind) {
    case 'directory':
      return 0
    case 'file':
      return objects.putFile(path, file)
    case 'link': {
      const text = textOfLink(path)
      return text === undefined ? undefined : objects.putBytes(text, file)
    }
  }
}

/** As bytes, for it need not be text in any encoding. Undefined where there is no link. */
function textOfLink(path: string): Buffer | undefined {
  try {
    return readlinkSync(path, { encoding: 'buffer' })
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EINVAL'].includes(errorCode(error) ?? '')) return undefined
    throw error
  }
}

async function putResult(
  objects: ObjectStore,
  bytes: Uint8Array,
): Promise<{ stored: StoredResult; bytes: number }> {
  if (bytes.length <= largestInline) return { stored: { kind: 'inline', bytes }, bytes: 0 }
  const content = { size: bytes.length, digest: sha256(bytes) }
  return { stored: { kind: 'object', ...content }, bytes: (await objects.putBytes(bytes, content)) ?? 0 }
}
