import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { endMarked } from '../../../lib/processes/end-marked.ts'
import type { Bench } from './bench.ts'

/**
 * A bootstrap that was killed outright leaves its conda, pip or installer behind, which would go on writing into what
 * the next one removes and makes anew. So whoever begins leaves the mark that its processes bear.
 */
const markFile = (artifacts: string): string => join(artifacts, 'environments', '.at-work')

/** Runs `work`, after ending what a killed run left. For whoever has the turn: nobody else's work is alive then. */
export async function withoutLeftovers<T>(
  artifacts: string,
  bench: Bench,
  work: () => Promise<T>,
): Promise<T> {
  const file = markFile(artifacts)
  const mark = readMark(file)
  if (mark !== undefined) {
    const ended = await endMarked(new Set([mark]))
    if (ended > 0) bench.log(`ended ${ended} processes that a bootstrap left when it was killed`)
  }
  await writeAtomically(file, bench.scope.id)
  try {
    return await work()
  } finally {
    // Its processes end with the task's scope.
    rmSync(file, { force: true })
  }
}

function readMark(file: string): string | undefined {
  try {
    const mark = readFileSync(file, 'utf8').trim()
    return /^[\w-]+$/.test(mark) ? mark : undefined
  } catch {
    return undefined
  }
}
