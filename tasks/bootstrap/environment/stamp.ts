import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../../lib/atomic-file.ts'

/**
 * What says that an environment is whole: written into it last, taken away before it is changed. Without it the
 * directory is the rest of something that was cut off.
 */
export type Stamp = {
  /** Of everything that it was made from. */
  fingerprint: string
  python: string
  missing: string[]
} & (
  | { manager: 'conda'; tool: string; version: string }
  | {
      manager: 'venv'
      /** The Python that it was made with. */
      base: string
      /** Made in the place of a conda environment. */
      instead: boolean
    }
)

const stampFile = (prefix: string): string => join(prefix, '.debug-server.json')

/** The Python of an environment, whatever made it. */
export const pythonIn = (prefix: string): string => join(prefix, 'bin', 'python')

/** Undefined for what is not there, not whole, or has lost its Python. */
export function readStamp(prefix: string): Stamp | undefined {
  if (!existsSync(pythonIn(prefix))) return undefined
  try {
    return stampOf(JSON.parse(readFileSync(stampFile(prefix), 'utf8')))
  } catch {
    return undefined
  }
}

/** By hand: a run with nothing to do reads it, and loading a schema library would take longer than all the rest. */
function stampOf(value: Record<string, unknown>): Stamp | undefined {
  const { manager, fingerprint, python, missing, tool, version, base, instead } = value
  if (typeof fingerprint !== 'string' || typeof python !== 'string' || !Array.isArray(missing))
    return undefined
  const made = { fingerprint, python, missing: missing.map(String) }
  switch (manager) {
    case 'conda':
      return typeof tool === 'string' && typeof version === 'string'
        ? { ...made, manager, tool, version }
        : undefined
    case 'venv':
      return typeof base === 'string' && typeof instead === 'boolean'
        ? { ...made, manager, base, instead }
        : undefined
    default:
      return undefined
  }
}

export const writeStamp = (prefix: string, stamp: Stamp): Promise<void> =>
  writeAtomically(stampFile(prefix), `${JSON.stringify(stamp, undefined, 2)}\n`, { mode: 0o644 })

export function removeStamp(prefix: string): void {
  rmSync(stampFile(prefix), { force: true })
}

/** Its stamp goes first: what a kill leaves of it is never taken for whole. */
export async function removeEnvironment(prefix: string): Promise<void> {
  removeStamp(prefix)
  await rm(prefix, { recursive: true, force: true, maxRetries: 3 })
}

export const fingerprintOf = (...parts: readonly (string | undefined)[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')
