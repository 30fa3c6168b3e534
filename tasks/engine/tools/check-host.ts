import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { Remembered } from '../memory/remembered.ts'
import type { Tool } from '../task.ts'
import { type Binary, findBinary } from './find-binary.ts'
import { type HostProblem, hostError } from './host-problem.ts'
import { versionsOf } from './known-versions.ts'
import { anyVersion, type ToolWish, wishesOf } from './tool-wish.ts'

export interface HostTask {
  readonly name: string
  readonly tools?: Readonly<Record<string, Tool>> | undefined
  readonly platform?: string | readonly string[] | undefined
}

export interface HostPlace {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** As in process.platform and process.arch. */
  readonly platform: string
  readonly arch: string
  readonly remembered: Remembered
  /** Whether programs are asked whose versions are not remembered. Default true. */
  readonly asks?: boolean
  /** Where programs are asked, for some answer by directory. Default: where this process is. */
  readonly cwd?: string
  /** How long a program may take to tell its version. Default 10 s. */
  readonly deadlineMs?: number
  /** The scope that owns the programs that are asked as well. */
  readonly within?: ProcessScope
  /** Aborted when nobody waits for the versions any more. */
  readonly signal?: AbortSignal | undefined
}

/** What is known of the tools of tasks, by task. */
export interface HostTools {
  /** By tool; `*` of one that need only exist. */
  readonly versions: ReadonlyMap<string, Readonly<Record<string, string>>>
  /** Those that were not asked. */
  readonly unasked: ReadonlyMap<string, readonly string[]>
}

/**
 * Makes sure, before anything runs, that this host has what the tasks want. Throws one UserError that lists all that is
 * missing, does not fit, or does not tell its version, and the tasks that cannot run on this platform.
 *
 * A program is asked again once it was replaced. What only leads to another, as the shims of pyenv and asdf do, stays
 * the same when that changes: tasks that want such tools name in `env` or `inputs` what the choice depends on.
 */
export async function checkHost(tasks: readonly HostTask[], at: HostPlace): Promise<HostTools> {
  const able = tasks.filter(({ platform }) => runsHere(platform, at))
  const problems = strangers(tasks, able, `${at.platform}/${at.arch}`)
  const { found, lost } = find(wishesOf(able), at.environment)
  problems.push(...missing(lost))
  const { deadlineMs = 10_000, asks = true } = at
  const known = await versionsOf(
    [...found].filter(([{ range }]) => range !== anyVersion),
    { ...at, deadlineMs, asks },
  )
  const versions = new Map<string, Record<string, string>>()
  const unasked = new Map<string, string[]>()
  for (const [wish, { path }] of found) {
    const { tool, range, fixes, tasks } = wish
    const answer = known.get(wish) ?? { kind: 'told', version: anyVersion, fit: 'fits' }
    if (answer.kind === 'not-asked') {
      for (const task of tasks) unasked.set(task, [...(unasked.get(task) ?? []), tool])
    } else if (answer.kind === 'not-told') {
      problems.push({ kind: 'not-told', tool, range, path, why: answer.why, tasks })
    } else if (answer.fit === 'bad-range') {
      problems.push({ kind: 'bad-range', tool, range, tasks })
    } else if (answer.fit !== 'fits') {
      problems.push({ kind: answer.fit, tool, range, version: answer.version, path, fixes, tasks })
    } else {
      for (const task of tasks) versions.set(task, { ...versions.get(task), [tool]: answer.version })
    }
  }
  if (problems.length > 0) throw hostError(problems)
  return { versions, unasked }
}

function find(
  wishes: readonly ToolWish[],
  environment: HostPlace['environment'],
): { found: ReadonlyMap<ToolWish, Binary>; lost: readonly ToolWish[] } {
  const found = new Map<ToolWish, Binary>()
  for (const [tool, same] of Map.groupBy(wishes, ({ tool }) => tool)) {
    const binary = findBinary(tool, environment)
    if (binary !== undefined) for (const wish of same) found.set(wish, binary)
  }
  return { found, lost: wishes.filter(wish => !found.has(wish)) }
}

function runsHere(platform: HostTask['platform'], at: HostPlace): boolean {
  const wanted = [platform ?? []].flat()
  return wanted.length === 0 || wanted.includes(at.platform) || wanted.includes(`${at.platform}/${at.arch}`)
}

/** Their tools do not matter, for no tool would help. */
function strangers(tasks: readonly HostTask[], able: readonly HostTask[], here: string): HostProblem[] {
  return tasks
    .filter(task => !able.includes(task))
    .map(({ name, platform = [] }) => ({ kind: 'platform', tasks: [name], wanted: [platform].flat(), here }))
}

/** A program is missing once, whatever is wanted of it. */
function missing(wishes: readonly ToolWish[]): HostProblem[] {
  return [...Map.groupBy(wishes, ({ tool }) => tool)].map(([tool, wishes]) => ({
    kind: 'missing',
    tool,
    tasks: wishes.flatMap(({ tasks }) => tasks),
    fixes: wishes.flatMap(({ fixes }) => fixes),
  }))
}
