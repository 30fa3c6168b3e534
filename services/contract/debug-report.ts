import { z } from 'zod'
import { type DebugSession, frameSchema, variableSchema } from './debug-resources.ts'
import { debugEndSchema, debugEngines } from './debug-state.ts'
import { commandId, debugSessionId } from './ids.ts'

/** How a program or test failed, in one schema for every debugger. Bounded: see `mostReportBytes`. */

export const failureOutcomes = [
  /** It stands where an exception was raised that nothing catches, or that a test framework calls an error. */
  'exception',
  /** The same of an assertion. */
  'assertion',
  /** It stands at a signal, or ended of one. */
  'signal',
  /** It stands where it exits with a code, or has done so. */
  'exit',
  /** It ended well. */
  'passed',
  /** It had not failed or ended in time: it was stopped wherever it was. */
  'timeout',
  /** It never ran, or was ended from outside: `end` says why. */
  'ended',
] as const
export type FailureOutcome = (typeof failureOutcomes)[number]

/** Of a whole report as JSON, in UTF-8. */
export const mostReportBytes = 8_000

const reportVariable = variableSchema.pick({ name: true, value: true, truncated: true, type: true }).extend({
  /** Whether it stands in the frame's line. */
  named: z.boolean(),
  /** What it consists of, where its value alone does not tell. */
  parts: z.array(variableSchema.pick({ name: true, value: true })),
})
export type ReportVariable = z.infer<typeof reportVariable>

const reportFrame = frameSchema.pick({ index: true, name: true, file: true, line: true }).extend({
  /** Whether its file is of the worktree. */
  own: z.boolean(),
  /** How many frames of others lie between it and the one told before: they are left out. */
  folded: z.int(),
  /** Lines around its own, with their numbers. */
  source: z.array(z.object({ line: z.int(), text: z.string() })),
  /** Those of its line first. */
  variables: z.array(reportVariable),
})
export type ReportFrame = z.infer<typeof reportFrame>

export const failureReportSchema = z.object({
  outcome: z.enum(failureOutcomes),
  /** The process that it tells of: the one that was launched, or one that this has started. */
  debug: debugSessionId.schema,
  /** Of a process that was started by another one: the debug session of that. */
  parent: debugSessionId.schema.nullable(),
  /** Of such a process: its number, as it sees itself. */
  process: z.int().nullable(),
  /** The debuggee: its whole output is this command's. */
  command: commandId.schema,
  engine: z.enum(debugEngines),
  /** Whether it stands still, to be looked into further. */
  kept: z.boolean(),
  exception: z.object({ type: z.string(), message: z.string() }).nullable(),
  /** Its name, such as SIGSEGV. */
  signal: z.string().nullable(),
  exit_code: z.int().nullable(),
  /** Innermost first. */
  frames: z.array(reportFrame),
  /** Where the other threads stand, of a program that hangs. */
  threads: z.array(z.object({ id: z.int(), name: z.string(), at: z.string().nullable() })),
  /** The end of what it has written. */
  output: z.object({ stdout: z.string(), stderr: z.string() }),
  /** The end of what the failing test has written, where its framework keeps that back; null where none does. */
  captured: z.object({ stdout: z.string(), stderr: z.string(), log: z.string() }).nullable(),
  /** The processes that it has started, as far as they live; of debug sessions of their own these, and where they stand. */
  children: z.array(
    z.object({
      pid: z.int(),
      command: z.string(),
      debug: debugSessionId.schema.nullable(),
      at: z.string().nullable(),
    }),
  ),
  /** Why it ended, where it did so before it was stopped. */
  end: debugEndSchema.nullable(),
  /** What is not told, and how to see it. */
  left_out: z.array(z.string()),
})
export type FailureReport = z.infer<typeof failureReportSchema>

/** What is told of a debuggee that has ended before it stood at a failure. */
export function endedReport({ id, parent, process, command, engine, end }: DebugSession): FailureReport {
  const code = end?.exit_code ?? null
  const ended: FailureReport = {
    ...{ debug: id, parent, process, command, engine, end, kept: false, exit_code: code },
    outcome: 'ended',
    ...{ exception: null, signal: null, frames: [], threads: [], children: [], left_out: [] },
    ...{ output: { stdout: '', stderr: '' }, captured: null },
  }
  // It has not begun yet, or took longer than it may.
  if (end === null || end.reason === 'timed_out') return { ...ended, outcome: 'timeout' }
  if (end.reason !== 'exited' || code === null) return ended
  if (code > 128)
    return { ...ended, outcome: 'signal', signal: signalNames[code - 128] ?? `signal ${code - 128}` }
  return { ...ended, outcome: code === 0 ? 'passed' : 'exit' }
}

/** By their numbers on Linux. */
const signalNames: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
}
