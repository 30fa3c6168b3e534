import { lstatSync } from 'node:fs'
import type { CachedFile } from '../cache/cached-file.ts'
import type { FileSet } from '../files/file-set.ts'

/** The outputs of a task as the cache takes them. */
export function cachedFilesOf(root: string, outputs: FileSet): CachedFile[] {
  return outputs.paths.flatMap((path, i) => {
    const stats = lstatSync(`${root}/${path}`, { throwIfNoEntry: false })
    const kind = outputs.kindAt(i)
    if (stats === undefined || kind === 'other') return []
    return {
      path,
      kind: kind === 'executable' ? 'file' : kind,
      mode: stats.mode & 0o777,
      size: kind === 'directory' ? 0 : stats.size,
      digest: kind === 'directory' ? '' : outputs.digestAt(i),
    }
  })
}
