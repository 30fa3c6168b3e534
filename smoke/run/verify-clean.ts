import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { changedSince } from '../guard/changed-since.ts'
import { cloneTask, type Phase } from './phase.ts'

const shown = 20

/** The clone is as it was committed, and what npm has installed in it is as it was when its ports were written down, which is before it starts. */
export async function verifyClean(phase: Phase): Promise<void> {
  await cloneTask(phase, ['verify-clean'])
  const { clone, environmentFile } = phase.places
  const changed = await changedSince(join(clone, 'node_modules'), lstatSync(environmentFile).ctimeMs)
  if (changed.length === 0) return
  const more = changed.length > shown ? `\n  and ${changed.length - shown} more` : ''
  const names = changed.slice(0, shown).map(path => `  ${path}`)
  throw new UserError(
    `what the clone has installed is not as it was before it was started:\n${names.join('\n')}${more}`,
    { fix: 'what is written at run time lies below .artifacts' },
  )
}
