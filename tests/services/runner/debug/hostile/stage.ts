import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import type { ProcessScope } from '../../../../../lib/processes/process-scope.ts'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import type { EndCause } from '../../../../../services/runner/commands/command-outcome.ts'
import type { Adapter, OpenAdapter } from '../../../../../services/runner/debug/adapter.ts'
import { DapClient } from '../../../../../services/runner/debug/dap-client.ts'
import { anyBodySchema } from '../../../../../services/runner/debug/dap-messages.ts'
import type { EnginePlan } from '../../../../../services/runner/debug/engine.ts'
import { openly } from '../../../../../services/runner/sandbox/enclosure.ts'
import { liveRig, noRequest } from '../live-rig.ts'
import { Misbehaving, type Output, type Plan } from './misbehaving.ts'
import { programFile, programSource } from './model-program.ts'
import type { Scenario } from './scenarios.ts'

/** What a session of one scenario stands in. */
export type Ground = { readonly directory: string; readonly scope: ProcessScope }

export function groundIn(directory: string, scope: ProcessScope): Ground {
  writeFileSync(join(directory, programFile), programSource)
  return { directory, scope }
}

export type Stage = Awaited<ReturnType<typeof stageOf>>

/** An adapter in this process: the streams of a program, without one. */
function adapterOf(plan: Plan, path: string): { open: OpenAdapter; adapter: () => Misbehaving } {
  let misbehaving: Misbehaving | undefined
  const open: OpenAdapter = ({ event }): Adapter => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const made = new Misbehaving(plan, path, later(output))
    misbehaving = made
    input.on('data', (piece: Buffer) => made.read(piece))
    const client = new DapClient(output, input, event)
    return {
      client,
      stderr: '',
      async [Symbol.asyncDispose]() {
        client.close('it has been ended')
        made.stop()
      },
    }
  }
  return {
    open,
    adapter: () => {
      if (misbehaving === undefined) throw new Error('no adapter was opened')
      return misbehaving
    },
  }
}

/** What is written at a time comes later and in one piece, as from another process. */
function later(output: PassThrough): Output {
  let waiting: string[] = []
  const write = (bytes: string) => {
    if (waiting.length === 0)
      setImmediate(() => {
        const bytes = waiting.join('')
        // Whoever reads it may answer at once.
        waiting = []
        output.write(bytes)
      })
    waiting.push(bytes)
  }
  return { write, end: () => void setImmediate(() => output.end()) }
}

const planOf = (open: OpenAdapter, beginMs: number): EnginePlan => ({
  open,
  adapterId: 'model',
  everyThread: 0,
  begin: async client => {
    const { kind } = await client.request('attach', {}, anyBodySchema, beginMs)
    return kind === 'done'
      ? { ok: true, program: { words: [], environment: {} } }
      : { ok: false, message: `it cannot be attached to: ${kind}` }
  },
  hitCondition: ({ kind, count }) => (kind === 'exactly' ? `${count}` : undefined),
  exceptionFilters: wanted => (wanted === 'uncaught' ? ['uncaught'] : []),
  meaning: ({ reason, description, text }) => ({
    ...{ reason, description: description ?? null, text: text ?? null },
  }),
  evaluationError: message => message,
})

/**
 * One debug session of a scenario, its adapter in this process, and what becomes of its debuggee: which ends when it says so,
 * and when it is ended, as its command would.
 */
export async function stageOf(ground: Ground, scenario: Scenario, plan: Plan, answerMs: number) {
  const { directory, scope } = ground
  const after: (() => unknown)[] = []
  const { open, adapter } = adapterOf(plan, join(directory, programFile))
  const listening: OpenAdapter = opening =>
    open({
      ...opening,
      event: (name, body) => {
        opening.event(name, body)
        if (name === 'terminated') ended({ reason: 'exited' })
      },
    })
  const rig = liveRig(
    { teardown: (work: () => unknown) => after.unshift(work) },
    planOf(listening, answerMs),
    {
      scope,
      place: {
        ...{ worktree: directory, directory, environment: {}, enclosure: openly },
        meeting: () => ({ outside: directory, inside: directory }),
      },
      request: {
        ...noRequest,
        breakpoints: [...(scenario.breakpoints ?? [])],
        exceptions: scenario.exceptions ?? 'never',
      },
      deadlines: { configureMs: answerMs * 3, answerMs, initializeMs: answerMs, locateMs: answerMs },
    },
  )
  const { live, cause } = rig
  function ended(by: EndCause | { reason: 'exited' }): void {
    const message = 'message' in by ? by.message : by.reason
    const reason =
      by.reason === 'exited' ? 'exited' : by.reason === 'debugger_failed' ? 'adapter_failed' : 'terminated'
    const last: DebugSession = {
      ...live.view(),
      ...{ status: 'ended', stop: null, control: null, ended_at: new Date(0).toISOString() },
      end: { reason, message, exit_code: by.reason === 'exited' ? 1 : null },
    }
    live.ended(last)
  }
  void cause.then(ended)
  const prepared = await live.prepare()
  if (prepared.ok) live.launched()
  else ended({ reason: 'debugger_failed', message: prepared.failure.message })
  return {
    ...rig,
    adapter,
    async [Symbol.asyncDispose]() {
      for (const work of after) await work()
    },
  }
}
