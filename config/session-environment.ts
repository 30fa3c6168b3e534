import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Which environment sessions use, as bootstrap left it for the runner. */
export type SessionEnvironment = {
  manager: 'conda' | 'venv'
  prefix: string
  /** Comes first in the PATH of commands. */
  bin: string
  /** The program. */
  python: string
  /** Its version. */
  version: string
}

export const sessionEnvironmentFile = (root: string): string =>
  join(root, '.artifacts', 'environments', '.current.json')

/** Undefined where bootstrap made none. */
export function sessionEnvironment(root: string): SessionEnvironment | undefined {
  try {
    return recordOf(JSON.parse(readFileSync(sessionEnvironmentFile(root), 'utf8')))
  } catch {
    return undefined
  }
}

/** By hand, as stamps are read: bootstrap does so at each run, which loading a schema library would lengthen by a third. */
function recordOf(value: Record<string, unknown>): SessionEnvironment | undefined {
  const { manager, prefix, bin, python, version } = value
  if (manager !== 'conda' && manager !== 'venv') return undefined
  if (typeof prefix !== 'string' || typeof bin !== 'string') return undefined
  if (typeof python !== 'string' || typeof version !== 'string') return undefined
  return { manager, prefix, bin, python, version }
}

/** A PATH with the environment's programs in front, so that `python3` is its own. */
export function pathWithEnvironment(root: string, path: string): string {
  const environment = sessionEnvironment(root)
  return environment === undefined ? path : `${environment.bin}${delimiter}${path}`
}
