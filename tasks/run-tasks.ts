import { constants } from 'node:os'
import { Sentinel } from '../lib/processes/sentinel.ts'
import { Termination } from '../lib/processes/termination.ts'
import { type RunOptions, type RunResult, runPlan } from './engine/run-plan.ts'
import { createReporters, type Reports } from './reporters/create-reporters.ts'
import { reasonLines } from './reporters/failure.ts'
import type { Style } from './reporters/style.ts'

type Setting = Pick<RunOptions, 'graph' | 'plan' | 'args' | 'jobs' | 'root'> & {
  /** What the command line adds to this process's environment, where tasks and the commands they start find it. */
  readonly environment: Readonly<Record<string, string>>
  readonly reports: Reports
  readonly style: Style
  readonly commandFor: (name: string) => string
}

/**
 * Runs a plan with this process's streams, environment and signals, and ends the process with the code of the outcome:
 * tasks run in this process, and what they left open must not keep it.
 */
export async function runTasks({ environment, reports, style, commandFor, ...run }: Setting): Promise<never> {
  using termination = new Termination()
  await using sentinel = new Sentinel()
  Object.assign(process.env, environment)
  const reporter = await createReporters({
    reports,
    root: run.root,
    style,
    commandFor,
    process,
    now: Date.now,
  })
  // A task may wait for nothing but its signal, which alone does not keep a process.
  setInterval(() => {}, 2 ** 30)
  let stray: { readonly error: unknown } | undefined
  // Thrown by a task outside of its promise: a failure of the run, but its processes have to be ended all the same.
  const straying = (error: unknown) => {
    stray ??= { error }
    termination.request(error)
  }
  process.on('uncaughtException', straying)
  process.on('unhandledRejection', straying)
  process.stdout.on('error', () => termination.request('SIGPIPE'))
  const { outcome } = await runPlan({
    ...run,
    environment: process.env,
    now: Date.now,
    signal: termination.signal,
    urgent: termination.urgent,
    sentinel,
    emit: event => reporter.report(event),
  })
  await sentinel[Symbol.asyncDispose]() // which `process.exit` below would not do
  const reported = await reporter.close()
  for (const line of reported.lines) process.stderr.write(`${line}\n`)
  if (stray !== undefined)
    process.stderr.write(`\nthrown outside of any task:\n${reasonLines(stray.error).join('\n')}\n`)
  const code = codeOf(outcome, termination.signal.reason)
  process.exit(stray !== undefined || (reported.failed && code === 0) ? 1 : code)
}

function codeOf(outcome: RunResult['outcome'], reason: unknown): number {
  switch (outcome) {
    case 'succeeded':
      return 0
    case 'failed':
      return 1
    case 'cancelled':
      return 128 + (signalNumber(reason) ?? constants.signals.SIGTERM)
  }
}

function signalNumber(name: unknown): number | undefined {
  return Object.entries(constants.signals).find(([signal]) => signal === name)?.[1]
}
