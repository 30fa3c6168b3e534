import type { Exec } from '../../engine/context.ts'
import { debugpyElsewhere, hasDebugpy } from './debugpy.ts'
import { satisfies } from './python.ts'
import type { EnvironmentRequest } from './request.ts'
import { pythonIn, type Stamp } from './stamp.ts'
import { lostWithoutConda } from './up-to-date.ts'

/** What a person should know of an environment that was made, but not as it was asked for. */

export function insteadWarning(request: EnvironmentRequest, reason: string): string {
  const lost = lostWithoutConda(request)
  const without = lost.length === 0 ? '' : `; it lacks what the environment file asks for: ${lost.join(', ')}`
  return `the environment is a venv, without the packages of conda: ${reason}${without}. To have them, install conda and run this again, or set environment.manager = "conda"`
}

export const versionWarning = ({ pythonVersion }: EnvironmentRequest, { python }: Stamp): string[] =>
  satisfies(python, pythonVersion)
    ? []
    : [
        `the environment has Python ${python}, for no ${pythonVersion} is on this host (environment.python_version)`,
      ]

/** For a run with nothing to do: looks again, for it may have been installed by hand. */
export const debugpyWarning = ({ prefix }: EnvironmentRequest, { missing }: Stamp): string[] =>
  missing.includes('debugpy') && !hasDebugpy(prefix) ? [missingDebugpy(prefix)] : []

export async function debugpyReport(
  request: EnvironmentRequest,
  stamp: Stamp,
  exec: Exec,
): Promise<string[]> {
  const [warning] = debugpyWarning(request, stamp)
  if (warning === undefined) return []
  const elsewhere = await debugpyElsewhere(exec)
  return [elsewhere === undefined ? warning : `${warning}; until then that of ${elsewhere} is used`]
}

const missingDebugpy = (prefix: string): string =>
  `not installed in the environment: debugpy; run: ${pythonIn(prefix)} -m pip install debugpy`
