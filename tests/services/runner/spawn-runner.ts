import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pauseProcess } from './pause-process.ts'
import type { RunnerRig } from './rig.ts'

export type RunnerProcessOptions = { socket?: string; termMs?: number; graceMs?: number }

/** Starts a runner in a process of its own on the rig's store, and waits until it is ready. */
export async function spawnRunner(rig: RunnerRig, options: RunnerProcessOptions = {}): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'runner-process.ts')
  const { socket = rig.socket, termMs, graceMs = 300 } = options
  const term = termMs === undefined ? [] : [String(termMs), String(graceMs)]
  const words = [script, rig.storePath, rig.files.root, socket, ...term]
  // With the options of the test itself, so that it has nothing to compile either.
  const child = spawn(process.execPath, [...process.execArgv, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new Error('no output')
  await once(child.stdout, 'data')
  return child
}

export async function killRunner(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** Stops a runner, but not in the middle of a write. */
export async function pauseRunner(rig: RunnerRig, { pid }: ChildProcess): Promise<void> {
  if (pid === undefined) throw new Error('it was not started')
  await pauseProcess(rig.storePath, pid)
}
