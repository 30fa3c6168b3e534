import { chmodSync, readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { type HeldLock, tryToLock } from '../../lib/lock.ts'
import { makeDirectory } from '../../lib/make-directory.ts'
import { identify, identifySelf } from '../../lib/processes/identity.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Prepared } from '../prepare.ts'
import { cleanUp, tellKilled } from './clean-up.ts'
import { endFormer } from './end-former.ts'
import { look } from './look.ts'
import { readMarker, writeMarker } from './marker.ts'
import { homesOf, isLockFile, type Places } from './places.ts'
import { removeWorkspace } from './remove.ts'
import { unusable } from './unusable.ts'

const tries = 20
const pauseMs = 25

type Newcomer = {
  readonly run: string
  readonly mark: string
  /** Its control group, where it has one. */
  readonly group?: string | undefined
  readonly now: Date
  /** The process that moves out where this one is killed. */
  readonly keeper?: number | undefined
  /** Whether what an earlier run has left running here is ended first. */
  readonly endsFormer: boolean
  /** Whether the workspace is to be there afterwards. */
  readonly keep?: boolean
  /** Where the evidence of all runs is. */
  readonly evidence: string
}

/** Takes the place as it was decided, marks it, and holds its lock: as long as that is held, nobody else touches it. */
export async function moveIn(
  { places, decision }: Pick<Prepared, 'places' | 'decision'>,
  { run, mark, group, keeper, now, endsFormer, keep = false, evidence }: Newcomer,
): Promise<HeldLock> {
  const { workspace } = places
  if (decision.kind === 'replace' && !(await cleanUp(places, evidence)) && decision.foreign)
    if (look(places).kind === 'foreign') await removeTree(workspace)
  const lock = await made(places)
  if (lock === undefined)
    throw new UserError(`another smoke has begun in ${workspace} just now`, {
      fix: 'wait until it has ended, or name another --workspace',
    })
  try {
    const others = readdirSync(workspace).filter(name => !isLockFile(name))
    if (decision.kind !== 'reuse' && others.length > 0)
      throw new UserError(`somebody has put ${others[0]} into ${workspace} just now`, {
        fix: 'name another --workspace',
      })
    chmodSync(workspace, 0o700)
    const former = readMarker(places) ?? { marks: [], groups: [] }
    if (decision.kind === 'reuse' && !('run' in former))
      throw new UserError(`what was in ${workspace} has been removed just now`, { fix: 'try again' })
    if (endsFormer) await endFormer(former)
    const stays = endsFormer ? { marks: [], groups: [] } : former
    await tellKilled(places, evidence, true)
    await writeMarker(places, {
      ...{ version: 1, run, created_at: now.toISOString() },
      marks: [...stays.marks, mark],
      groups: [...stays.groups, ...(group === undefined ? [] : [group])],
      harness: identifySelf(),
      keeper: keeper === undefined ? undefined : identify(keeper),
      kept: keep,
    })
    for (const home of homesOf(places)) makeDirectory(home)
    return lock
  } catch (error) {
    // What is not marked yet is still nobody's, and what others have put there is theirs.
    if (readMarker(places) === undefined && readdirSync(workspace).every(isLockFile))
      await removeWorkspace(places)
    lock[Symbol.dispose]()
    throw error
  }
}

/** The lock of a directory that is there then. */
async function made({ workspace, lock }: Places): Promise<HeldLock | undefined> {
  try {
    makeDirectory(workspace)
    return await lockWithin(lock)
  } catch (error) {
    throw unusable(workspace, error)
  }
}

/** Who looks whether a place is in use holds its lock for a moment. */
async function lockWithin(path: string): Promise<HeldLock | undefined> {
  for (let left = tries; ; left--) {
    const lock = tryToLock(path)
    if (lock !== undefined || left === 0) return lock
    await delay(pauseMs)
  }
}
