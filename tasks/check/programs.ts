import { installFix, searchBinaries } from '../bootstrap/binaries.ts'
import type { Exec } from '../engine/context.ts'
import type { Finding } from './finding.ts'
import { versionOf } from './version.ts'

/** The required programs with their versions; all that are missing in one finding. */
export async function inspectPrograms(
  names: readonly string[],
  path: string | undefined,
  exec: Exec,
): Promise<Finding[]> {
  const { found, missing } = searchBinaries(names, path)
  const present = await Promise.all(
    found.map(async ({ name, path: place }): Promise<Finding> => {
      const version = await versionOf(exec, place)
      return { what: `program ${name}`, verdict: 'ok', detail: `${version ?? 'version unknown'}, ${place}` }
    }),
  )
  if (missing.length === 0) return present
  const absent: Finding = {
    what: 'programs',
    verdict: 'failed',
    detail: `not on PATH: ${missing.join(', ')}`,
    fix: installFix(missing, path),
  }
  return [...present, absent]
}
