import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { openPlainFile, readPlainFile } from '../../lib/plain-file.ts'
import type { Git } from '../git.ts'
import { checkoutSnapshot } from './checkout.ts'
import { type Change, changesBetween } from './compare.ts'
import { type Snapshot, snapshotOf } from './snapshot.ts'
import { writersNow } from './writers.ts'

/** What a run must leave as it is. */
export type Guarded = {
  /** The one that is cloned, where that is one of this host, and the one that the harness runs from. */
  readonly checkouts: readonly string[]
  readonly places: readonly string[]
}

const snapshotsSchema = z.record(z.string(), z.record(z.string(), z.string()))
export type Snapshots = Readonly<Record<string, Snapshot>>

type Variables = Readonly<Record<string, string | undefined>>

/** Where the programs that a run uses keep their things when they are a person's own. */
export function guardedPlaces(home: string, environment: Variables, more: readonly string[] = []): string[] {
  const at = (...parts: string[]) => join(home, ...parts)
  const configHome = environment.XDG_CONFIG_HOME || at('.config')
  return [
    ...new Set([
      environment.CODEX_HOME || at('.codex'),
      environment.PM2_HOME || at('.pm2'),
      environment.DEBUG_SERVER_HOME || at('.debug-server'),
      at('.debug-server'),
      join(configHome, 'debug-server'),
      at('.gitconfig'),
      at('.npmrc'),
      ...more,
    ]),
  ]
}

/** What a person has told their own opencode, and how they are signed in there; it keeps much else, which is too much to compare. */
export const opencodePlaces = (home: string, environment: Variables): string[] => [
  join(environment.XDG_CONFIG_HOME || join(home, '.config'), 'opencode'),
  join(environment.XDG_DATA_HOME || join(home, '.local', 'share'), 'opencode', 'auth.json'),
]

export async function takeSnapshots({ checkouts, places }: Guarded, git: Git): Promise<Snapshots> {
  const all: Record<string, Snapshot> = {}
  for (const place of places) {
    all[place] = await snapshotOf(place)
    // A home that is a link to where it is really kept.
    const real = await realpath(place).catch(() => place)
    if (real !== place) all[real] = await snapshotOf(real)
  }
  for (const checkout of checkouts) all[checkout] = await checkoutSnapshot(checkout, git)
  return all
}

export const saveSnapshots = (file: string, snapshots: Snapshots): Promise<void> =>
  writeAtomically(file, JSON.stringify(snapshots))

/** Whether a file has what was saved there, whatever has been put in its place. */
export const isAsSaved = (file: string, snapshots: Snapshots): boolean => {
  const saved = Buffer.from(JSON.stringify(snapshots))
  return readPlainFile(file, saved.length + 1)?.equals(saved) ?? false
}

export async function savedSnapshots(path: string): Promise<Snapshots> {
  await using file = await openPlainFile(path)
  if (file === undefined) throw new Error(`${path} is no plain file`)
  return snapshotsSchema.parse(JSON.parse(await file.readFile('utf8')))
}

export type Compared = {
  readonly changes: readonly Change[]
  /** What somebody else is writing, as a person's own PM2 does its logs: nothing that a run is to blame for. */
  readonly others: readonly (Change & { readonly pid: number })[]
}

/** `isOurs` tells of a process whether it belongs to the run. */
export function compareSnapshots(
  before: Snapshots,
  after: Snapshots,
  isOurs: (pid: number) => boolean,
): Compared {
  const all = Object.entries(before).flatMap(([place, snapshot]) =>
    changesBetween(place, snapshot, after[place] ?? {}),
  )
  if (all.length === 0) return { changes: [], others: [] }
  const writers = writersNow()
  const writerOf = ({ path }: Change) => {
    const pids = writers.get(path) ?? []
    return pids.some(isOurs) ? undefined : pids[0]
  }
  return {
    changes: all.filter(change => writerOf(change) === undefined),
    others: all.flatMap(change => {
      const pid = writerOf(change)
      return pid === undefined ? [] : [{ ...change, pid }]
    }),
  }
}
