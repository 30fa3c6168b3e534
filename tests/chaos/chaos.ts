import { setTimeout as delay } from 'node:timers/promises'
import { type ChaosServer, startChaosServer } from './chaos-server.ts'
import type { Fault } from './faults/fault.ts'
import { fillDisk } from './faults/fill-disk.ts'
import { kills } from './faults/kill.ts'
import { lockStore } from './faults/lock-store.ts'
import { pauseRunner } from './faults/pause-runner.ts'
import { stepClock } from './faults/step-clock.ts'
import { leftovers } from './leftovers.ts'
import { type Asked, load } from './load.ts'
import type { ChaosOptions } from './options.ts'
import { random } from './random.ts'
import { strikes } from './schedule.ts'
import { type Verdict, verify } from './verify.ts'

const allFaults: readonly Fault[] = [...kills, pauseRunner, lockStore, fillDisk, stepClock]

export type ChaosResult = ChaosOptions &
  Verdict & {
    readonly faults: Readonly<Record<string, number>>
    /** Faults that could not be done here, and why. */
    readonly skipped: Readonly<Record<string, string>>
    readonly accepted: number
    readonly unanswered: number
    readonly refused: Asked['refused']
    /** The longest that it took to have everything run again after a fault, in milliseconds. */
    readonly slowestRecovery: number
  }

/**
 * Puts a server of its own under load, does fault after fault to it, drawn from the seed, and checks in the end that
 * every promise was kept. `say` is told what is done.
 */
export async function chaos(options: ChaosOptions, say: (line: string) => void): Promise<ChaosResult> {
  // Each draws numbers of its own, so that how long one takes changes nothing for the others.
  const [places, work, harm] = [1, 2, 3].map(nth => random(options.seed * 4 + nth))
  if (places === undefined || work === undefined || harm === undefined) throw new Error('three were made')
  await using server = await startChaosServer(places, say)
  say('the server is up')
  const skipped = Object.fromEntries(
    allFaults.flatMap(fault => {
      const reason = fault.skipped?.(server)
      return reason === undefined ? [] : [[fault.name, reason]]
    }),
  )
  const faults = allFaults.filter(({ name }) => skipped[name] === undefined)
  const [asked, done] = await Promise.all([
    load(server, options, work),
    strike(server, options.seconds, faults, harm, say),
  ])
  say(`${asked.accepted.length} commands are accepted; waiting for their ends`)
  await server.recover()
  const verdict = await verify(server, asked)
  const left = await leftovers(server)
  return {
    ...options,
    ...verdict,
    ...done,
    skipped,
    complaints: [...verdict.complaints, ...left.map(what => `left behind: ${what}`)],
    accepted: asked.accepted.length,
    unanswered: asked.unanswered.length,
    refused: asked.refused,
  }
}

async function strike(
  server: ChaosServer,
  seconds: number,
  faults: readonly Fault[],
  next: () => number,
  say: (line: string) => void,
): Promise<Pick<ChaosResult, 'faults' | 'slowestRecovery'>> {
  const end = performance.now() + seconds * 1_000
  const done: Record<string, number> = {}
  let slowestRecovery = 0
  for (const { fault, pause } of strikes(next, faults)) {
    await delay(pause) // the moment is what is random here
    if (performance.now() > end) break
    const took = await recoveryFrom(fault, server, next)
    slowestRecovery = Math.max(slowestRecovery, took)
    done[fault.name] = (done[fault.name] ?? 0) + 1
    say(`${fault.name}: all runs again after ${(took / 1_000).toFixed(1)} s`)
  }
  say('no more faults; the rest of the commands are asked for')
  return { faults: done, slowestRecovery }
}

/** Does something to a server, and tells how long it took from then on until everything ran again, in milliseconds. */
async function recoveryFrom(fault: Fault, server: ChaosServer, next: () => number): Promise<number> {
  try {
    await fault.strike(server, next)
    const began = performance.now()
    await server.recover()
    return performance.now() - began
  } catch (error) {
    throw new Error(`${fault.name}: not all runs again`, { cause: error })
  }
}
