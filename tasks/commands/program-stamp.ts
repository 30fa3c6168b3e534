import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where `launch.mjs` finds out whether the prepared program is current. */
export const manifestPath = join(
  dirname(dirname(import.meta.dirname)),
  '.artifacts/prepared',
  `${process.version}-${process.arch}`,
  'task/manifest.json',
)

/**
 * Names the prepared program that is in place: another one has another name. Undefined where it has been there for a shorter
 * time than this process, which may have run from other sources then.
 */
export function programStamp(processStart: number): string | undefined {
  const stats = statSync(manifestPath, { throwIfNoEntry: false })
  if (stats === undefined) return 'none'
  const { size, mtimeMs, ctimeMs, ino } = stats
  return Math.max(mtimeMs, ctimeMs) < processStart ? [size, mtimeMs, ctimeMs, ino].join(' ') : undefined
}
