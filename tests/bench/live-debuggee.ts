import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../services/contract/debug-request.ts'
import { findSystemTool } from '../../services/runner/commands/find-system-tool.ts'
import type { Engine } from '../../services/runner/debug/engine.ts'
import { openly } from '../../services/runner/sandbox/enclosure.ts'
import { Spawner } from '../../services/runner/spawning/spawner.ts'
import { liveRig } from '../services/runner/debug/live-rig.ts'

/** What starts small programs, as in a runner. */
export const runnersSpawner = (): Spawner => new Spawner(() => findSystemTool('python3', ''))

/** A debuggee as a runner has it, at its first stop, whose breakpoints are taken away then. */
export async function startLive(
  engine: Engine,
  scope: ProcessScope,
  directory: string,
  request: DebugRequest,
  spawner?: Spawner,
) {
  const teardowns: (() => unknown)[] = []
  const room = mkdtempSync(join(directory, 'room-'))
  mkdirSync(join(room, 'meeting'))
  const meeting = { outside: join(room, 'meeting'), inside: join(room, 'meeting') }
  const environment = { PATH: process.env.PATH ?? '', HOME: room }
  const place = {
    ...{ worktree: directory, directory, environment, enclosure: openly, meeting: () => meeting },
    start: spawner?.start,
  }
  const planned = await engine.plan(request, place, AbortSignal.timeout(30_000))
  if (!planned.ok) throw new Error(planned.failure.message)
  const teardown = (end: () => unknown) => void teardowns.push(end)
  const { live, ask } = liveRig({ teardown } as Parameters<typeof liveRig>[0], planned.plan, {
    scope,
    place,
    request,
  })
  const prepared = await live.prepare()
  if (!prepared.ok) throw new Error(prepared.failure.message)
  const [file = '', ...words] = prepared.program.words
  const log = openSync(join(room, 'log'), 'a')
  spawn(file, words, {
    cwd: directory,
    env: { ...environment, ...prepared.program.environment },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  live.launched()
  const { status } = await ask('debug.status', { wait: 30 })
  if (status !== 'stopped') throw new Error(`the debug session is ${status}`)
  await ask('debug.break', { breakpoints: request.breakpoints, remove: true })
  return {
    ask,
    end: async () => {
      for (const end of teardowns.toReversed()) await end()
    },
  }
}
