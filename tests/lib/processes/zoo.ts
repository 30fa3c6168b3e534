import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { isAlive, type ProcessIdentity } from '../../../lib/processes/identity.ts'

/**
 * Processes that misbehave, as shell text for `sh -c`. Each prints the pids of what it leaves on lines `pid N`.
 * They sleep for 300 s, so a test that passes has really ended them.
 */
export const zoo = {
  sleeper: 'echo pid $$; exec sleep 300',
  tree: 'sleep 300 & echo pid $!; (sleep 300 & echo pid $!; wait) & echo pid $!; echo pid $$; wait',
  /** Leaves at once; a child stays in the background of its session. */
  orphan: 'sleep 300 >/dev/null 2>&1 & echo pid $!',
  /** A daemon in a session of its own, whose parent leaves at once. */
  setsid: "setsid sh -c 'echo pid $$; exec sleep 300 >/dev/null 2>&1' &",
  /** Forks twice with a session in between, as daemons do. */
  doubleFork: '(setsid sh -c \'(sh -c "echo pid \\$\\$; exec sleep 300 >/dev/null 2>&1") &\' &)',
  /** Ignores what asks it to end, and so do its children. */
  stubborn: "trap '' TERM INT HUP; echo pid $$; while :; do sleep 1; done",
  /** Starts a daemon when asked to end. */
  spiteful: "trap 'setsid sleep 300 >/dev/null 2>&1 & exit' TERM; echo pid $$; sleep 300 & wait",
} as const

/** Reads `count` lines `pid N` from a child's output. */
export async function readPids(child: ChildProcess, count: number): Promise<number[]> {
  if (child.stdout === null) throw new Error('no stdout')
  const pids: number[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const pid = /^pid (\d+)$/.exec(line)?.[1]
    if (pid !== undefined) pids.push(Number(pid))
    if (pids.length === count) return pids
  }
  throw new Error(`the child ended after ${pids.length} of ${count} pids`)
}

/** Starts something that belongs to no scope. */
export function stranger(): ChildProcess {
  return spawn('sleep', ['300'], { stdio: 'ignore' })
}

/** Waits for the end of a child. */
export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

export function anyAlive(identities: readonly (ProcessIdentity | undefined)[]): boolean {
  return identities.some(identity => identity !== undefined && isAlive(identity))
}
