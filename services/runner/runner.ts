import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { directoriesOf } from '../../lib/cgroups/cgroup-places.ts'
import { removeBase } from '../../lib/cgroups/group-base.ts'
import { systemStopwatch } from '../../lib/clock.ts'
import { StoreBusyError } from '../store/busy.ts'
import { findSystemTool } from './commands/find-system-tool.ts'
import { ConnectedViewers } from './debug/control/connected-viewers.ts'
import { DebuggeeHold } from './debug/debuggee-hold.ts'
import { PeerEditors } from './debug/editors/peer-editors.ts'
import { Refusal } from './debug/refusal.ts'
import { LeaseLostError } from './leases/lease.ts'
import { defaultTermMs } from './leases/lease-rules.ts'
import { RunnerLease } from './leases/runner-lease.ts'
import { type Cgroups, findCgroups } from './limits/cgroups/find-cgroups.ts'
import { RunnerMetrics } from './metrics.ts'
import type { RunnerDependencies } from './runner-dependencies.ts'
import { RunnerSocket } from './runner-socket.ts'
import { appPrograms, RunnerWork } from './runner-work.ts'
import { type IsolationSettings, runnerIsolation } from './sandbox/sandbox.ts'
import { removeDiscarded } from './sessions/remove-discarded.ts'
import { Spawner } from './spawning/spawner.ts'
import { Terminals } from './terminals/terminals.ts'
import { WakeLoop } from './wake-loop.ts'

export type Runner = AsyncDisposable

/** The longest that the store is not looked at when nobody wakes the runner. */
const idleMs = 2_000

/**
 * Starts the runner: makes mirrors, worktrees and commands be as the store says. Disposing of it leaves commands
 * running; the next one takes them up.
 */
export async function startRunner(deps: RunnerDependencies): Promise<Runner> {
  await using started = new AsyncDisposableStack()
  const { store, clock, log, slots } = deps
  const stopwatch = deps.lease?.stopwatch ?? systemStopwatch
  let lease: RunnerLease<RunnerWork> | undefined
  let loop: WakeLoop | undefined
  const cgroups = await findCgroups(deps.cgroups ?? 'none', deps.files)
  if (cgroups.kind === 'cgroup') started.defer(() => removeBase(cgroups.base))
  else if (deps.cgroups === 'auto')
    log.warn(
      { reason: cgroups.reason },
      'commands have no control groups: their limits are looked at once a second',
    )
  const isolation = await runnerIsolation(sandboxSettings(deps, cgroups), deps.path)
  if (isolation.sandbox.kind === 'none' && isolation.mode !== 'none')
    log.warn({ reason: isolation.sandbox.reason }, 'commands are not kept apart from this host')
  const spawner = started.use(new Spawner(() => findSystemTool('python3', deps.path)))
  const metrics = new RunnerMetrics({
    ...{ store, slots, jobs: () => lease?.work.jobs ?? 0, apps: () => lease?.work.apps ?? 0 },
  })
  const terminals = new Terminals(deps)
  const viewers = new ConnectedViewers()
  const hold = new DebuggeeHold(() => loop?.wake())
  const socket = started.use(
    await RunnerSocket.listen(
      deps.socket,
      {
        ...{ type: 'hello', instance: deps.instance },
        isolation: isolation.sandbox.kind,
        limits: cgroups.kind === 'none' ? 'sampled' : 'cgroup',
      },
      {
        woken: () => loop?.wake(),
        asked: async ask => (await lease?.work.answer(ask)) ?? starting,
        editors: say =>
          new PeerEditors(
            {
              find: async (debug, patienceMs) => {
                if (lease === undefined) throw new Refusal(starting.code, starting.detail)
                return lease.work.whenLive(debug, patienceMs)
              },
              mistake: (error, command) => log.error({ err: error, command }, "an editor's request failed"),
            },
            say,
          ),
        present: (peer, present) => viewers.present(peer, present),
        left: peer => {
          viewers.left(peer)
          hold.letGo(peer)
        },
        held: async (peer, { for_ms }) => {
          await hold.hold(peer, for_ms)
          return { ok: true, value: {} }
        },
        unshared: unshared => viewers.unshared(unshared),
        typed: terminal => terminals.answer(terminal),
        tunnelled: async (peer, asked, opened) =>
          lease === undefined ? starting : lease.work.tunnel(peer, asked, opened),
        surveyed: async () => (await lease?.work.survey()) ?? starting,
        processes: async session => (await lease?.work.processes(session)) ?? starting,
        measured: async () => ({ ok: true, value: await metrics.families() }),
      },
    ),
  )
  lease = started.use(
    await RunnerLease.take({
      ...{ store, clock, log, instance: deps.instance },
      stopwatch,
      termMs: deps.lease?.termMs ?? defaultTermMs,
      begin: registration =>
        new RunnerWork(deps, registration, {
          ...{ metrics, stopwatch, isolation, cgroups, spawner, viewers, hold, user: userName() },
          say: message => socket.broadcast(message),
          wake: () => loop?.wake(),
          failed: (error, about, message) => report(log, error, about, message),
        }),
      wake: () => loop?.wake(),
    }),
  )
  const stopping = new AbortController()
  started.defer(() => stopping.abort())
  // In this order at the end: no new work, then the work under way gives up, then its leases, then the socket.
  loop = started.use(
    new WakeLoop(
      async () => await lease?.work.pass(),
      idleMs,
      error => report(log, error, {}, 'looking at the store failed'),
    ),
  )
  void removeDiscarded(deps, stopping.signal)
  return started.move()
}

const starting = { ok: false, code: 'runner_unavailable', detail: 'the runner is starting' } as const

function report(log: Logger, error: unknown, about: object, message: string): void {
  if (error instanceof StoreBusyError || error instanceof LeaseLostError)
    log.warn({ ...about, reason: error.message }, message)
  else log.error({ ...about, err: error }, message)
}

const root = join(import.meta.dirname, '../..')

/** What the apps of this project are made of. */
const shownToApps = [
  appPrograms,
  ...['lib', 'node_modules', 'package.json'].map(name => join(root, name)),
  process.execPath,
]

/** Of its own sources commands need what runs beside debuggees; groups would tell of other sessions' commands. */
const sandboxSettings = (
  { sandbox, compiledCode }: RunnerDependencies,
  cgroups: Cgroups,
): IsolationSettings =>
  sandbox === undefined
    ? { mode: 'none', own: [], visible: [], home: '/' }
    : {
        ...sandbox,
        own: [...sandbox.own, ...(cgroups.kind === 'none' ? [] : directoriesOf(cgroups.base))],
        visible: [
          ...sandbox.visible,
          join(import.meta.dirname, 'debug'),
          ...shownToApps,
          ...(compiledCode === undefined ? [] : [compiledCode]),
        ],
      }

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'nobody') // a user that the system has no entry for, as in containers
  }
}
