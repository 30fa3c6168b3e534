import { setTimeout as delay } from 'node:timers/promises'
import type { DeclaredApps } from '../../../config/apps.ts'
import { toInstant } from '../../../lib/clock.ts'
import { commandHasEnded } from '../../contract/command-state.ts'
import type { CommandId, RunnerToken, SessionId } from '../../contract/ids.ts'
import { appMayStart } from '../../store/app-state.ts'
import { toCommand } from '../../store/rows.ts'
import { listRunners } from '../../store/runners.ts'
import type { CommandRow } from '../../store/schema.ts'
import { lastOfApp, queueApp } from '../../store/session-apps.ts'
import { secretsOf } from '../../store/session-secrets.ts'
import { getSession } from '../../store/sessions.ts'
import type { Debuggee } from '../commands/debuggee.ts'
import type { RunnerContext } from '../context.ts'
import { Refusal } from '../debug/refusal.ts'
import { logEnd } from '../logs/log-end.ts'
import type { Way } from '../tunnels/way.ts'
import { HostedApp } from './hosted-app.ts'

/** How often it is looked what has become of an app that is not here yet, in milliseconds. */
const lookMs = 50

export type AppsDependencies = {
  readonly declared: DeclaredApps
  readonly toPort: (session: SessionId, port: number) => Promise<Way>
  readonly programs: string
  readonly compiledCode: string | undefined
  readonly opencode: () => Promise<string>
  /** There is a command to be taken. */
  readonly wake: () => void
}

/** The apps that this runner looks after, and ways to them: one that does not run is started for who comes first. */
export class Apps {
  readonly #context: RunnerContext
  readonly #deps: AppsDependencies
  readonly #live = new Map<CommandId, HostedApp>()

  constructor(context: RunnerContext, deps: AppsDependencies) {
    this.#context = context
    this.#deps = deps
  }

  /** How many live. */
  get size(): number {
    return this.#live.size
  }

  /** What the command of an app is run with. */
  host({ id }: Pick<CommandRow, 'id'>): Debuggee {
    const { declared, toPort, programs, compiledCode, opencode } = this.#deps
    const hosting = {
      ...{ toPort, programs, compiledCode, opencode },
      settingsOf: (app: string) => declared.get(app),
      gone: () => void this.#live.delete(id),
    }
    const app = new HostedApp(this.#context, hosting, id)
    this.#live.set(id, app)
    return app
  }

  /** Throws a Refusal where there is no way to it: within this time, or at all. */
  async connect(session: SessionId, app: string, patienceMs: number): Promise<Way> {
    const late = AbortSignal.timeout(patienceMs)
    for (;;) {
      const row = await this.#running(session, app)
      if (row !== undefined) await this.#refuseAnothers(row)
      const hosted = row && this.#live.get(row.id)
      if (row?.status === 'running' && (await hosted?.untilReady(late))) {
        const way = await hosted?.connect().catch(() => undefined)
        if (way !== undefined) return way
      }
      if (late.aborted) throw notInTime(app, row)
      await delay(lookMs)
    }
  }

  /** Who asks is told at once where another runner has it, and finds that by the store. One that was this one is not another. */
  async #refuseAnothers({ app, runner_token: holder }: CommandRow): Promise<void> {
    const { store, lease } = this.#context
    if (holder === null || holder === lease.token) return
    const runners = await listRunners(store)
    const instanceOf = (of: RunnerToken) => runners.find(({ token }) => token === of)?.instance_id
    const instance = instanceOf(holder)
    if (instance !== undefined && instance !== instanceOf(lease.token))
      throw new Refusal('runner_unavailable', `another runner has the app ${app}: try again`)
  }

  /** The app as it lives, started where it has to be; undefined as long as its session starts. */
  async #running(session: SessionId, app: string): Promise<CommandRow | undefined> {
    const { store, clock } = this.#context
    const { limits } = this.#context.environments
    const settings = this.#deps.declared.get(app)
    if (settings === undefined) throw new Refusal('app_not_found', `no app is called ${app} here`)
    const found = await getSession(store, session)
    if (found === undefined) throw new Refusal('session_not_found', `there is no session ${session}`)
    if (found.status === 'pending' || found.status === 'starting') return undefined
    if (found.status !== 'running')
      throw new Refusal('session_ended', `the session ${session} does not run: it is ${found.status}`)
    const now = clock.now()
    const last = await lastOfApp(store, session, app)
    if (last !== undefined && !commandHasEnded(last.status)) return last
    const { command, environment } = settings
    const wanted = { session, app, command, environment, limits, now: toInstant(now) }
    const row = await queueApp(store, wanted, ended => appMayStart(ended, now))
    if (row === undefined) throw new Refusal('session_ended', `the session ${session} takes no more apps`)
    if (commandHasEnded(row.status)) throw await this.#failed(row)
    this.#deps.wake()
    return row
  }

  async #failed(row: CommandRow): Promise<Refusal> {
    const { files, store } = this.#context
    const { session_id, id, exit_code } = row
    const why = toCommand(row).failure?.message ?? `it exited with code ${exit_code}`
    const secrets = Object.values(await secretsOf(store, session_id))
    const said = await logEnd(files.log(session_id, id, 'stdout'), secrets)
    return new Refusal(
      'app_failed',
      [`the app ${row.app} has failed: ${why} (command ${id})`, said].filter(text => text !== '').join('\n'),
    )
  }
}

function notInTime(app: string, row: CommandRow | undefined): Refusal {
  return row === undefined || row.app_ready_at === null
    ? new Refusal('app_starting', `the app ${app} is starting: try again`)
    : new Refusal('app_unreachable', `the app ${app} runs and accepts no connection`)
}
