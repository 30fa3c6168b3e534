import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { errorCode } from '../../../lib/error-code.ts'

/**
 * What is in `conda_install_path`. Miniconda cannot be moved once it is installed, so it is installed where it stays:
 * begun with a mark beside it, and whole only when a stamp in it says so.
 *
 *     absent ──mark──▸ unfinished ──stamp, unmark──▸ whole
 *        ▴──────remove──────┘◂──────unstamp────────────┘
 */
export type Installation =
  | { kind: 'absent' }
  /** Ours, and may be removed. */
  | { kind: 'unfinished' }
  | { kind: 'whole'; conda: string; sha256: string }
  /** Somebody else's, and works or not: never changed. */
  | { kind: 'foreign'; conda: string }
  | { kind: 'occupied' }

const stampIn = (path: string): string => join(path, '.debug-server.json')
const markBeside = (path: string): string => `${path}.unfinished`

export function inspectInstallation(path: string, artifacts: string): Installation {
  const entries = entriesOf(path)
  if (entries === undefined) return { kind: 'absent' }
  const conda = join(path, 'bin', 'conda')
  const sha256 = readStamp(path)
  if (sha256 !== undefined)
    return existsSync(conda) ? { kind: 'whole', conda, sha256 } : { kind: 'unfinished' }
  if (existsSync(markBeside(path)) || isBelow(path, artifacts)) return { kind: 'unfinished' }
  if (existsSync(conda)) return { kind: 'foreign', conda }
  return entries.length === 0 ? { kind: 'unfinished' } : { kind: 'occupied' }
}

/** From now on, whatever is there is the beginning of an installation of ours. */
export const markUnfinished = (path: string): Promise<void> =>
  writeAtomically(markBeside(path), 'an installation of Miniconda was begun here\n')

export async function stampWhole(path: string, sha256: string): Promise<void> {
  await writeAtomically(stampIn(path), `${JSON.stringify({ sha256 })}\n`, { mode: 0o644 })
  rmSync(markBeside(path), { force: true })
}

/** Removes what is ours. The stamp goes first, the mark last. */
export function removeInstallation(path: string): void {
  rmSync(stampIn(path), { force: true })
  rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  rmSync(markBeside(path), { force: true })
}

function readStamp(path: string): string | undefined {
  try {
    const { sha256 }: { sha256?: unknown } = JSON.parse(readFileSync(stampIn(path), 'utf8'))
    return typeof sha256 === 'string' ? sha256 : undefined
  } catch {
    return undefined
  }
}

function entriesOf(path: string): string[] | undefined {
  try {
    return readdirSync(path)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    if (errorCode(error) === 'ENOTDIR') return [path]
    throw error
  }
}

function isBelow(path: string, directory: string): boolean {
  const way = relative(directory, path)
  return way !== '' && !way.startsWith('..')
}
