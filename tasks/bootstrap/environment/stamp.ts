import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../../lib/atomic-file.ts'

/**
 * What says that an environment is whole: written into it last, taken away before it is changed. Without it the
 * directory is the rest of something that was cut off.
 */
const stampSchema = z.discriminatedUnion('manager', [
  z.object({
    manager: z.literal('conda'),
    /** Of everything that it was made from. */
    fingerprint: z.string(),
    tool: z.string(),
    version: z.string(),
    python: z.string(),
    missing: z.array(z.string()),
  }),
  z.object({
    manager: z.literal('venv'),
    fingerprint: z.string(),
    /** The Python that it was made with. */
    base: z.string(),
    python: z.string(),
    missing: z.array(z.string()),
    /** Made in the place of a conda environment. */
    instead: z.boolean(),
  }),
])
export type Stamp = z.output<typeof stampSchema>

const stampFile = (prefix: string): string => join(prefix, '.debug-server.json')

/** The Python of an environment, whatever made it. */
export const pythonIn = (prefix: string): string => join(prefix, 'bin', 'python')

/** Undefined for what is not there, not whole, or has lost its Python. */
export function readStamp(prefix: string): Stamp | undefined {
  if (!existsSync(pythonIn(prefix))) return undefined
  try {
    return stampSchema.parse(JSON.parse(readFileSync(stampFile(prefix), 'utf8')))
  } catch {
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
