import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { Test } from 'tap'
import { systemClock } from '../../../../lib/clock.ts'
import { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import { SecretMask } from '../../../../lib/secret-mask.ts'
import type { DebugRequest } from '../../../../services/contract/debug-request.ts'
import type { DebugSession } from '../../../../services/contract/debug-resources.ts'
import {
  commandId,
  type DebugSessionId,
  debugSessionId,
  sessionId,
} from '../../../../services/contract/ids.ts'
import type { EndCause } from '../../../../services/runner/commands/command-outcome.ts'
import { besideDebuggee } from '../../../../services/runner/debug/adapter-process.ts'
import { ConnectedViewers } from '../../../../services/runner/debug/control/connected-viewers.ts'
import type { EnginePlan } from '../../../../services/runner/debug/engine.ts'
import { LiveDebugSession } from '../../../../services/runner/debug/live-debug-session.ts'
import type {
  Deadlines,
  Identity,
  LiveDependencies,
} from '../../../../services/runner/debug/live-dependencies.ts'
import { type PerformedName, perform } from '../../../../services/runner/debug/operations/perform.ts'
import type { Place } from '../../../../services/runner/debug/place.ts'
import { DebugRecord } from '../../../../services/runner/debug/record/debug-record.ts'
import { RecordFile } from '../../../../services/runner/debug/record/record-file.ts'
import { Refusal } from '../../../../services/runner/debug/refusal.ts'
import { SourceText } from '../../../../services/runner/debug/source-text.ts'
import { openly } from '../../../../services/runner/sandbox/enclosure.ts'
import type { Script } from './scripted-adapter.ts'

export const noRequest: DebugRequest = {
  program: { kind: 'file', file: 'app.py' },
  arguments: [],
  interpreter: null,
  engines: ['debugpy'],
  breakpoints: [],
  stop_on_entry: false,
  exceptions: 'uncaught',
}

type Options = {
  scope: ProcessScope
  place: Place
  request?: DebugRequest
  secrets?: string[]
  deadlines?: Deadlines
  parent?: DebugSessionId | null
} & Partial<Pick<LiveDependencies, 'children' | 'editors'>>

/** One live debug session without a runner around it: what it tells, and why it was ended. */
export function liveRig(
  t: Pick<Test, 'teardown'>,
  plan: EnginePlan,
  { scope, place, request, deadlines, parent = null, secrets = [], ...below }: Options,
) {
  const events: string[] = []
  const said: unknown[] = []
  const cause = Promise.withResolvers<EndCause>()
  const identity: Identity = {
    ...{ id: debugSessionId.create(), session: sessionId.create(), command: commandId.create() },
    ...{ engine: 'debugpy', parent, process: parent === null ? null : 4711 },
    created_at: new Date(0).toISOString(),
  }
  const folder = mkdtempSync(join(tmpdir(), 'live-rig-'))
  const paths = { earlier: join(folder, 'earlier'), later: join(folder, 'later') }
  const record = new DebugRecord({
    file: new RecordFile(paths, 1024 * 1024),
    head: { debug: identity, worktree: place.worktree },
    mask: new SecretMask(secrets),
    written: () => ({ stdout: 0, stderr: 0 }),
    clock: systemClock,
    log: pino({ level: 'silent' }),
  })
  t.teardown(async () => {
    await record[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })
  const live = new LiveDebugSession({
    ...{ identity, record },
    request: request ?? noRequest,
    ...{ plan, place, scope, ...below },
    text: new SourceText(),
    clock: systemClock,
    connected: new ConnectedViewers(),
    tell: event => events.push(event),
    said: body => said.push(body),
    child: child => child.release(),
    end: cause.resolve,
    ...(deadlines === undefined ? {} : { deadlines }),
  })
  t.teardown(() => live[Symbol.asyncDispose]())
  return {
    live,
    record,
    paths,
    events,
    said,
    cause: cause.promise,
    ask: (operation: PerformedName, input: Record<string, unknown> = {}) =>
      perform(live, operation, input) as Promise<DebugSession>,
    refusal: async (operation: PerformedName, input: Record<string, unknown> = {}) => {
      try {
        return { code: 'answered', message: JSON.stringify(await perform(live, operation, input)) }
      } catch (error) {
        if (error instanceof Refusal) return { code: error.code, message: error.message }
        throw error
      }
    },
  }
}

export function scopeOf(t: Test): ProcessScope {
  const scope = new ProcessScope({ graceMs: 0 })
  t.teardown(() => scope.end())
  return scope
}

/** A live debug session of an adapter that does what the script says, where it may run. */
export async function scriptedRig(
  t: Test,
  script: Script,
  {
    meaning,
    ...options
  }: Omit<Partial<Options>, 'scope' | 'place'> & Partial<Pick<EnginePlan, 'meaning'>> = {},
) {
  const directory = t.testdir()
  const place = {
    worktree: directory,
    directory,
    environment: { PATH: process.env.PATH ?? '' },
    enclosure: openly,
    meeting: () => ({ outside: directory, inside: directory }),
  }
  const whole: Script = { initialize: { events: [{ event: 'initialized' }] }, ...script }
  const adapter = join(import.meta.dirname, 'scripted-adapter.ts')
  const plan: EnginePlan = {
    open: besideDebuggee({
      file: process.execPath,
      arguments: [adapter, JSON.stringify(whole)],
      environment: {},
    }),
    adapterId: 'scripted',
    everyThread: 0,
    begin: async () => ({ ok: true, program: { words: [], environment: {} } }),
    exceptionFilters: () => [],
    meaning: meaning ?? (({ reason }) => ({ reason, description: null, text: null })),
    evaluationError: message => message,
  }
  const rig = liveRig(t, plan, { ...options, scope: scopeOf(t), place })
  const prepared = await rig.live.prepare()
  if (!prepared.ok) throw new Error(prepared.failure.message)
  rig.live.launched()
  return rig
}
