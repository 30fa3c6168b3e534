import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { z } from 'zod'

/** Which environment sessions use, as bootstrap left it for the runner. */
const recordSchema = z.object({
  manager: z.enum(['conda', 'venv']),
  prefix: z.string(),
  /** Comes first in the PATH of commands. */
  bin: z.string(),
  /** The program. */
  python: z.string(),
  /** Its version. */
  version: z.string(),
})
export type SessionEnvironment = z.output<typeof recordSchema>

export const sessionEnvironmentFile = (root: string): string =>
  join(root, '.artifacts', 'environments', '.current.json')

/** Undefined where bootstrap made none. */
export function sessionEnvironment(root: string): SessionEnvironment | undefined {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(sessionEnvironmentFile(root), 'utf8')))
  } catch {
    return undefined
  }
}

/** A PATH with the environment's programs in front, so that `python3` is its own. */
export function pathWithEnvironment(root: string, path: string): string {
  const environment = sessionEnvironment(root)
  return environment === undefined ? path : `${environment.bin}${delimiter}${path}`
}
