import { execFile } from 'node:child_process'
import { realpathSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type CgroupPlace, groupIn } from '../../lib/cgroups/cgroup-places.ts'
import { makeBase } from '../../lib/cgroups/group-base.ts'
import { makeGroup } from '../../lib/cgroups/group-directory.ts'
import { GroupProcesses } from '../../lib/cgroups/group-processes.ts'
import { ownGroup, ownPlaces } from '../../lib/cgroups/own-places.ts'
import { errorCode } from '../../lib/error-code.ts'
import type { ProcessIdentity } from '../../lib/processes/identity.ts'

/** The control group of a run, or why it has none. */
export type RunGroup =
  | { readonly kind: 'group'; readonly directory: string }
  | { readonly kind: 'none'; readonly reason: string }

/** How long a process may take to join it for a trial, in milliseconds. */
const trialMs = 5_000

/** What a control group of version 2 is told apart by, whatever else has its name: CGROUP2_SUPER_MAGIC. */
const fileSystem = 0x63677270

const nameOf = (run: string): string => `debug-server-smoke-${run}`
export const isNameOfGroup = (path: string): boolean => /^\/.*\/debug-server-smoke-[\da-f]{8}$/.test(path)

/**
 * The processes are in one within it, for a group that hands on controllers may have none itself: that is where the runner
 * of the clone finds a place for the groups of its commands.
 */
const innermost = (directory: string): string => join(directory, 'run')

/** Where they could be made: first where those in them can be limited, then where they can just be told. */
function candidates(name: string): { readonly directory: string; readonly make: () => void }[] {
  const limiting = ownPlaces().flatMap(({ place, fault }) =>
    place.version === 2 && fault === undefined ? [limitingIn(place, name)] : [],
  )
  const own = ownGroup()
  if (own === undefined) return limiting
  const directory = join(own, name)
  return [...limiting, { directory, make: () => makeGroup(directory) }]
}

function limitingIn(above: CgroupPlace, name: string) {
  const base = groupIn(above, name)
  return { directory: base.memory, make: () => makeBase(above, base) }
}

/** Makes the group of a run, and proves that a process can join it. */
export async function makeRunGroup(run: string): Promise<RunGroup> {
  let reason = 'this system has no control groups of version 2'
  for (const { directory, make } of candidates(nameOf(run))) {
    try {
      make()
      makeGroup(innermost(directory))
      const [file, ...words] = joining(directory, ['cat', '/proc/self/cgroup'])
      const { stdout } = await promisify(execFile)(file, words, { timeout: trialMs, killSignal: 'SIGKILL' })
      if (new RegExp(`^0::.*/${nameOf(run)}/run$`, 'm').test(stdout)) return { kind: 'group', directory }
      reason = `a process could not be moved to one in ${directory}`
    } catch (error) {
      reason = `none can be used at ${directory} (${faultText(error)})`
    }
    await endGroup(directory)
  }
  return { kind: 'none', reason }
}

/** Of a process that could not join, what its shell said of that. */
function faultText(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : ''
  return said === '' ? (errorCode(error) ?? String(error)) : said.replaceAll(/\s*\n\s*/g, '; ')
}

/** Words that start a program in the group: it is in there before it is that program. */
export const joining = (directory: string, words: readonly string[]): [string, ...string[]] => [
  '/bin/sh',
  ...['-c', 'echo 0 >"$1" && shift && exec "$@"', 'sh'],
  join(innermost(directory), 'cgroup.procs'),
  ...words,
]

/** Who is in it. */
export const membersOfGroup = (directory: string): ProcessIdentity[] =>
  isGroup(directory) ? new GroupProcesses([directory]).members() : []

/** Kills who is in it, and takes it away. False where somebody stays in it. What is no group of a run is left alone. */
export async function endGroup(directory: string): Promise<boolean> {
  if (!isGroup(directory)) return true
  const processes = new GroupProcesses([directory])
  await processes.kill(() => true)
  return await processes.remove()
}

/** For who knows of a run no more than what it is called, and was started from the same group. */
export async function endGroupsOf(run: string): Promise<void> {
  for (const { directory } of candidates(nameOf(run))) await endGroup(directory)
}

/** What is written in a workspace may name anything: whose processes are ended has to be a group of the kernel's. */
function isGroup(directory: string): boolean {
  if (!isNameOfGroup(directory)) return false
  try {
    return realpathSync(directory) === directory && statfsSync(directory).type === fileSystem
  } catch {
    return false // it is not there
  }
}
