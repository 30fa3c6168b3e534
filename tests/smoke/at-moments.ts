import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { processTable } from '../../lib/processes/process-table.ts'
import { look } from '../../smoke/workspace/look.ts'
import type { Places } from '../../smoke/workspace/places.ts'
import { pick, random } from '../chaos/random.ts'
import { until } from '../until.ts'
import type { Rig } from './smoke-rig.ts'

/** What a run may end with that was told to by a signal, or was over by then. */
const codes = { SIGINT: [130, 0], SIGTERM: [143, 0], SIGKILL: [null, 0] } as const
type Signal = keyof typeof codes
const signals: readonly Signal[] = ['SIGKILL', 'SIGTERM', 'SIGINT']

type Moments = {
  readonly rig: Rig
  readonly seed: number
  /** How many runs are ended. */
  readonly moments: number
  /** How long one takes, in milliseconds. */
  readonly whole: number
  /** The workspace of those that keep one. */
  readonly kept: Places
  /** How often they do, from 0 to 1. */
  readonly keeping: number
  /** Whether the next one is started at once after one whose harness was killed, with its keeper still at work. */
  readonly rushes?: boolean
  /** What a run is started with, where it keeps its workspace and where it does not. */
  readonly words: (keeps: boolean) => readonly string[]
}

/** Kills runs, or has them end, at random moments, and looks each time that nothing is left and that what became of it is told. */
export async function endAtMoments(
  t: Test,
  { rig, seed, moments, whole, kept, keeping, words, rushes = false }: Moments,
): Promise<void> {
  const next = random(seed)
  // Those could write no summary.
  const killed = new Set<string>()
  for (let at = 1; at <= moments; at++) {
    const [keeps, signal, ms] = [next() < keeping, pick(next, signals), Math.round(next() * whole)]
    // Of those who take part in it: the one that was started, or the one that has the phases run.
    const victim = pick(next, ['harness', 'phases'] as const)
    const before = rig.runs().at(-1)
    const running = rig.start(...words(keeps))
    await delay(ms)
    const pid = victim === 'harness' ? running.child.pid : childWith(running.child.pid, '--taskfile')
    const phase = [...running.stderr().matchAll(/:\d\d +(\S+) +started$/gm)].at(-1)?.[1]
    const what = `${at}. ${signal} to the ${victim} after ${ms} ms, at ${phase}, workspace ${keeps ? 'kept' : 'removed'}`
    const isHit = pid !== undefined && running.child.exitCode === null && sent(pid, signal)
    t.comment(`${what}${isHit ? '' : ': nobody was there'}`)
    const { code, stderr } = await running.ended
    const evidence = rig.runs().at(-1) ?? ''
    // One that has not begun yet, or is over, is ended by the signal itself.
    const isAtWork = evidence !== before && !existsSync(join(evidence, 'summary.json'))
    const ofHarness = [...codes[signal], ...(isAtWork ? [] : [null])]
    const allowed = !isHit ? [0] : victim === 'phases' ? [1, 0] : ofHarness
    t.ok(isOneOf(allowed, code), `${what}: it ended with ${code}\n${stderr}`)
    const isKilled = isHit && signal === 'SIGKILL' && victim === 'harness'
    if (isKilled) killed.add(evidence)
    if (isKilled && rushes && at < moments) continue
    await until(`${what}: no process is left`, () => rig.processes().length === 0)
    await until(`${what}: no workspace is left but the one that is kept`, () =>
      rig.left().every(name => name === 'kept'),
    )
    await until(`${what}: nobody is in it`, () => look(kept).kind === 'marked')
    t.ok(killed.has(evidence) || existsSync(join(evidence, 'summary.json')), `${what}: how it ended is kept`)
  }
  const untold = rig.runs().filter(run => !existsSync(join(run, 'summary.json')))
  t.same(untold, [], 'of each run is told how it ended, also of those that were killed')
}

const isOneOf = (all: readonly (number | null)[], code: number | null): boolean => all.includes(code)

function childWith(parent: number | undefined, word: string): number | undefined {
  const children = processTable().entries.filter(({ ppid, zombie }) => ppid === parent && !zombie)
  return children.find(({ pid }) => commandLine(pid).includes(word))?.pid
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  } catch {
    return [] // it has ended
  }
}

function sent(pid: number, signal: Signal): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
