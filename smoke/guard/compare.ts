import { join } from 'node:path'
import type { Snapshot } from './snapshot.ts'

export type Change = {
  readonly path: string
  readonly how: 'added' | 'removed' | 'changed'
}

/** What is not as it was below a place, in the order of the paths. */
export function changesBetween(place: string, before: Snapshot, after: Snapshot): Change[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names.flatMap((name): Change[] => {
    const [was, is] = [before[name], after[name]]
    if (was === is) return []
    const how = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed'
    return [{ path: join(place, name), how }]
  })
}
