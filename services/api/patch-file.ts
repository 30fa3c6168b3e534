import { createHash } from 'node:crypto'
import { access } from 'node:fs/promises'
import { writeAtomically } from '../../lib/atomic-file.ts'
import type { DataFiles } from '../store/files.ts'

/** Keeps a patch under the SHA-256 of its bytes, which it returns. It is there before any row speaks of it. */
export async function storePatch(files: DataFiles, patch: string): Promise<string> {
  const sha256 = hashOf(patch)
  await writeAtomically(files.patch(sha256), patch)
  return sha256
}

/**
 * Called once a row names the patch. A runner that removed the last other session with the same patch may have deleted
 * the file in between; from now on none will.
 */
export async function ensurePatch(files: DataFiles, patch: string): Promise<void> {
  try {
    await access(files.patch(hashOf(patch)))
  } catch {
    await storePatch(files, patch)
  }
}

const hashOf = (patch: string): string => createHash('sha256').update(patch).digest('hex')
