import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type SessionEnvironment, sessionEnvironmentFile } from '../../../config/session-environment.ts'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import type { Bench } from './bench.ts'
import type { EnvironmentRequest } from './request.ts'
import { pythonIn, type Stamp } from './stamp.ts'

export type PreparedEnvironment = {
  outcome: 'up_to_date' | 'made' | 'none'
  /** One line about what there is now. */
  summary: string
  warnings: string[]
}

/** Brings the environment of sessions to what the settings ask for, and records it for the runner. */
export async function prepareEnvironment(
  request: EnvironmentRequest,
  bench: Bench,
): Promise<PreparedEnvironment> {
  if (request.manager === 'none') {
    rmSync(sessionEnvironmentFile(request.root), { force: true })
    return { outcome: 'none', summary: 'environment.manager is "none"', warnings: [] }
  }
  // What each case needs is loaded only for it, and what talks to servers last: a run with nothing to do is short.
  const { upToDate } = await import('./up-to-date.ts')
  const there = upToDate(request, bench.environment.PATH)
  if (there !== undefined) {
    await record(request, there)
    const { debugpyWarning } = await import('./warnings.ts')
    return {
      outcome: 'up_to_date',
      summary: summaryOf(request, there),
      warnings: debugpyWarning(request, there),
    }
  }
  const { withoutLeftovers } = await import('./leftovers.ts')
  const { makeEnvironment } = await import('./make-environment.ts')
  const { stamp, warnings } = await withoutLeftovers(request.artifacts, bench, () =>
    makeEnvironment(request, bench),
  )
  await record(request, stamp)
  return { outcome: 'made', summary: summaryOf(request, stamp), warnings }
}

/** Where the runner finds it. Written when it says something else, so that an idle run writes nothing. */
async function record({ root, prefix }: EnvironmentRequest, { manager, python }: Stamp): Promise<void> {
  const record: SessionEnvironment = {
    manager,
    prefix,
    bin: join(prefix, 'bin'),
    python: pythonIn(prefix),
    version: python,
  }
  const text = `${JSON.stringify(record)}\n`
  const file = sessionEnvironmentFile(root)
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  await writeAtomically(file, text, { mode: 0o644 })
}

export const summaryOf = ({ name }: EnvironmentRequest, stamp: Stamp): string =>
  stamp.manager === 'conda'
    ? `${name}, made by ${stamp.tool} ${stamp.version}, Python ${stamp.python}`
    : `${name}, a venv of ${stamp.base}, Python ${stamp.python}`
