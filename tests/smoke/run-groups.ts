import { randomBytes } from 'node:crypto'
import { endGroup, makeRunGroup } from '../../smoke/sandbox/run-group.ts'

/** Why runs have no control groups here; false where they have. Tried under a name that nobody else has meanwhile. */
export async function lackOfRunGroups(): Promise<string | false> {
  const made = await makeRunGroup(randomBytes(4).toString('hex'))
  if (made.kind === 'none') return made.reason
  await endGroup(made.directory)
  return false
}
