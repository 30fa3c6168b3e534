import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../lib/clock.ts'
import { tryToLock } from '../../lib/lock.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { concludeKilled } from '../evidence/conclude-killed.ts'
import { endFormer } from './end-former.ts'
import { look } from './look.ts'
import { readMarker } from './marker.ts'
import { type Places, placesIn, prefix } from './places.ts'
import { removeWorkspace } from './remove.ts'

/** A directory that has just been made may be marked in a moment. */
const settledMs = 60_000

type Looking = {
  /** Not this one. */
  readonly spared?: string | undefined
  /** Those that somebody wanted to keep, or the others; undefined: both. */
  readonly kept?: boolean
  readonly now: number
}

/** The workspaces in a directory that no run is at work in: what kills have left, and what was kept. */
export function staleWorkspaces(directory: string, { spared, kept, now }: Looking) {
  return workspacesBelow(directory)
    .filter(places => places.workspace !== spared && isStale(places, now))
    .filter(places => kept === undefined || (readMarker(places)?.kept ?? false) === kept)
}

/** Those of this user in a directory, by their names. */
export const workspacesBelow = (directory: string): Places[] =>
  readdirSync(directory)
    .filter(name => name.startsWith(prefix))
    .map(name => placesIn(join(directory, name)))
    .filter(isOurs)

function isStale(places: Places, now: number): boolean {
  switch (look(places).kind) {
    case 'marked':
      return true
    case 'empty':
      return now - (lstatSync(places.workspace, { throwIfNoEntry: false })?.mtimeMs ?? now) > settledMs
    default:
      return false
  }
}

/** Another user's would have a lock that cannot even be tried. */
function isOurs({ workspace }: Places): boolean {
  const stat = lstatSync(workspace, { throwIfNoEntry: false })
  return stat !== undefined && (process.getuid === undefined || stat.uid === process.getuid())
}

/**
 * Of a workspace that is kept, tells what became of its run, and removes what no run may leave. `ends` what is left running as well, which is
 * what nobody has done where a run was killed with its keeper. One that has been removed meanwhile is not made anew.
 */
export async function leave(places: Places, evidence: string, { ends = false } = {}): Promise<void> {
  if (look(places).kind !== 'marked') return
  using lock = tryToLock(places.lock)
  if (lock === undefined) return
  const marker = ends ? readMarker(places) : undefined
  if (marker !== undefined) await endFormer(marker)
  await tellKilled(places, evidence, true)
  await removeTree(places.codexHome)
}

/** Ends what is left of its run, tells below `evidence` that it was killed where that is so, and removes it. False where somebody is at work in it, or it is no workspace any more. */
export async function cleanUp(places: Places, evidence: string): Promise<boolean> {
  const { kind } = look(places)
  if (kind !== 'marked' && kind !== 'empty') return false
  using lock = tryToLock(places.lock)
  if (lock === undefined) return false
  const marker = readMarker(places)
  if (marker !== undefined) await endFormer(marker)
  await tellKilled(places, evidence, false)
  await removeWorkspace(places)
  return true
}

/** Of a workspace whose lock is held. What cannot be told any more keeps nobody from cleaning up. */
export const tellKilled = (places: Places, root: string, kept: boolean): Promise<void> =>
  concludeKilled(places, { root, kept, now: new Date(systemClock.now()) }).catch(() => {})
