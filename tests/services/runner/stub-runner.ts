import { pino } from 'pino'
import { systemClock, toInstant } from '../../../lib/clock.ts'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { CommandId, RunnerToken } from '../../../services/contract/ids.ts'
import type { RunnerContext } from '../../../services/runner/context.ts'
import { DebuggeeHold } from '../../../services/runner/debug/debuggee-hold.ts'
import { LiveDebugSessions } from '../../../services/runner/debug/live-debug-sessions.ts'
import { KeyedJobs } from '../../../services/runner/keyed-jobs.ts'
import { RunnerMetrics } from '../../../services/runner/metrics.ts'
import { type MakeRun, Reconciler } from '../../../services/runner/reconcile.ts'
import { WakeLoop } from '../../../services/runner/wake-loop.ts'
import { endCommand } from '../../../services/store/commands.ts'
import { dataFiles } from '../../../services/store/files.ts'
import type { Store } from '../../../services/store/store.ts'

export type StubRunner = {
  readonly store: Store
  readonly token: RunnerToken
  readonly slots: number
  /** Told of each command that is run, when its end is recorded. */
  readonly ran: (command: CommandId) => void
}

const end = { exit_code: 0, failure: null, stdout_bytes: 0, stderr_bytes: 0 }

/**
 * A runner's reconciler on a store, where a command is nothing: it takes commands, and each has succeeded at once. Until it
 * is disposed of; `failed` rejects with what goes wrong.
 */
export function startStubRunner({ store, token, slots, ran }: StubRunner): AsyncDisposable & {
  readonly failed: Promise<never>
} {
  const { promise: failed, reject } = Promise.withResolvers<never>()
  const jobs = new KeyedJobs((_, error) => {
    if (error !== undefined) reject(error)
    loop.wake()
  })
  const helpers = new ProcessScope()
  // What runs commands for real is not there: nothing here asks for it.
  const context = {
    ...{ store, files: dataFiles('/nowhere'), clock: systemClock, log: pino({ level: 'silent' }), slots },
    ...{
      graceMs: 0,
      path: '',
      inherit: {},
      user: 'stub',
      fetchEveryMs: 0,
      recordBytes: 65_536,
      changed: () => undefined,
    },
    cgroups: { kind: 'none', reason: 'nothing runs' },
    metrics: new RunnerMetrics({ store, slots, jobs: () => jobs.size, apps: () => 0 }),
    lease: { token, held: () => true, require: () => undefined, doubt: () => undefined },
  } as unknown as RunnerContext
  const makeRun: MakeRun = (_, session) => ({
    ...{ session, takesSlot: true, end: () => undefined },
    run: async row => {
      const now = toInstant(systemClock.now())
      if (!(await endCommand(store, row.id, 'succeeded', end, now, token))) throw new Error('refused')
      ran(row.id)
    },
  })
  const debugging = new LiveDebugSessions(context, {
    engines: {},
    scope: helpers,
    tell: () => undefined,
  } as never)
  const noApps = {
    host: () => {
      throw new Error('no app is ever queued')
    },
  }
  const reconciler = new Reconciler(
    context,
    { jobs, debugging, hold: new DebuggeeHold(() => {}), apps: noApps },
    makeRun,
  )
  const loop = new WakeLoop(() => reconciler.pass(), 1_000, reject)
  return {
    failed,
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]()
      await jobs[Symbol.asyncDispose]()
      await helpers.end()
    },
  }
}
