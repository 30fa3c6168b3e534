import { endMarked } from '../../lib/processes/end-marked.ts'
import { endGroup } from '../sandbox/run-group.ts'
import type { Marker } from './marker.ts'

/** Ends what the runs have left that a marker tells of: asks what bears their marks, then kills who is in their control groups. */
export async function endFormer({ marks, groups }: Pick<Marker, 'marks' | 'groups'>): Promise<void> {
  await endMarked(new Set(marks))
  for (const group of groups) await endGroup(group)
}
