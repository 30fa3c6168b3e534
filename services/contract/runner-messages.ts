import { z } from 'zod'
import { limitEnforcements } from './command-limits.ts'
import { fromRunnerDap, toRunnerDap } from './dap.ts'
import { viewerSchema } from './debug-control.ts'
import { debugEvents } from './debug-events.ts'
import { debugEngines } from './debug-state.ts'
import { environmentManagers } from './environment-state.ts'
import { commandId, debugSessionId, instanceId, repositoryId, sessionId } from './ids.ts'
import { isolations } from './isolation.ts'
import { type ProblemCode, problemCodes } from './problems.ts'
import { base64Text, terminalSizeFields } from './terminal.ts'
import { fromRunnerTunnel, toRunnerTunnel } from './tunnel.ts'

/**
 * What API and runner say to each other over the runner's unix socket, one JSON object a line: hints, and the live
 * traffic of debuggers. Of hints the store and the log files carry the truth, and everything works, only later, when
 * one is lost. A question that is not answered is one that the runner never got to: its asker holds a deadline.
 */

/** The debug operations that are the runner's to answer; the others are answered from the store and the log files. */
export const liveOperations = [
  'debug.status',
  'debug.break',
  'debug.continue',
  'debug.next',
  'debug.step_in',
  'debug.step_out',
  'debug.step_back',
  'debug.until',
  'debug.pause',
  'debug.threads',
  'debug.stack',
  'debug.scopes',
  'debug.variables',
  'debug.evaluate',
  'debug.set',
  'debug.source',
  'debug.sources',
  'debug.modules',
  'debug.exception',
  'debug.disassemble',
  'debug.memory',
  'debug.write_memory',
  'debug.terminate',
  'debug.control',
  'debug.viewers',
  'debug.run_to_failure',
  'debug.replay',
  'debug.trace',
  'debug.watch',
  'debug.recorded',
  'debug.diff',
] as const
export type LiveOperationName = (typeof liveOperations)[number]

export const askSchema = z.object({
  type: z.literal('ask'),
  /** By which the answer is known, on this connection. */
  id: z.int(),
  debug: debugSessionId.schema,
  operation: z.enum(liveOperations),
  /** The operation's input as its schema has parsed it. */
  input: z.record(z.string(), z.unknown()),
  by: viewerSchema,
  /** They sit in front of an editor. */
  person: z.boolean().optional(),
})
export type Ask = z.infer<typeof askSchema>

/** Who is connected to a session's debuggers through this API now: all of them, at each change. */
export const presentSchema = z.object({
  type: z.literal('present'),
  session: sessionId.schema,
  viewers: z.array(viewerSchema),
})
export type Present = z.infer<typeof presentSchema>

/** A role on a session's debuggers was taken back, or is another now: of a user, or of who comes with a viewer's token. */
export const unsharedSchema = z.object({
  type: z.literal('unshared'),
  session: sessionId.schema,
  who: z.union([z.object({ user: z.string() }), z.object({ token: z.string() })]),
})
export type Unshared = z.infer<typeof unsharedSchema>

/** Asks for the runner's figures; its answer holds them as `lib/metrics.ts` has them. */
export const measureSchema = z.object({ type: z.literal('measure'), id: z.int() })
export type Measure = z.infer<typeof measureSchema>

/** For how long debuggees may be held, in milliseconds: a reload may wait for an hour. */
const longestHold = 4_000_000

/**
 * Asks that no debuggee is taken, so that those that are queued wait for the runner's successor, as long as this connection is there and for so long at the most. The
 * answer says that none is being taken any more.
 */
export const holdSchema = z.object({
  type: z.literal('hold'),
  id: z.int(),
  for_ms: z.int().min(0).max(longestHold),
})
export type Hold = z.infer<typeof holdSchema>

/** Asks what the runner's host has of what sessions may ask for. */
export const surveyQuestionSchema = z.object({ type: z.literal('survey'), id: z.int() })
export type SurveyQuestion = z.infer<typeof surveyQuestionSchema>

/** Asks which processes of a session's commands run. */
export const processesQuestionSchema = z.object({
  type: z.literal('processes'),
  id: z.int(),
  session: sessionId.schema,
})
export type ProcessesQuestion = z.infer<typeof processesQuestionSchema>

/** Whether the host has it, by which programs; if not, what is missing. */
const equipment = <Name extends string>(names: readonly Name[]) =>
  z.object({
    name: z.enum(names),
    available: z.boolean(),
    tools: z.array(z.object({ name: z.string(), version: z.string() })),
    missing: z.string().nullable(),
  })

export const surveySchema = z.object({
  /** What can build environments. */
  environments: z.array(equipment(environmentManagers)),
  debuggers: z.array(equipment(debugEngines)),
})
export type Survey = z.infer<typeof surveySchema>

/** What is done to the terminal of a command; its answer is that of the operation that asks for it. */
export const terminalActionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('type'), base64: base64Text }),
  z.object({ kind: z.literal('resize'), ...terminalSizeFields }),
])
export type TerminalAction = z.infer<typeof terminalActionSchema>
export const terminalSchema = z.object({
  type: z.literal('terminal'),
  id: z.int(),
  command: commandId.schema,
  action: terminalActionSchema,
})
export type Terminal = z.infer<typeof terminalSchema>

/** The longest line that the runner takes, and the longest that it says, in characters. */
export const longestAsk = 1024 * 1024
export const longestAnswer = 16 * 1024 * 1024

export const toRunnerSchema = z.discriminatedUnion('type', [
  /** There may be work in the store. */
  z.object({ type: z.literal('wake') }),
  askSchema,
  presentSchema,
  unsharedSchema,
  measureSchema,
  holdSchema,
  surveyQuestionSchema,
  processesQuestionSchema,
  terminalSchema,
  ...toRunnerDap,
  toRunnerTunnel,
])
export type ToRunner = z.infer<typeof toRunnerSchema>

/** What a runner has found on its host. */
export const runnerOffers = z.object({
  /** What keeps commands apart. */
  isolation: z.enum(isolations),
  /** How their limits are kept. */
  limits: z.enum(limitEnforcements),
})
export type RunnerOffers = z.infer<typeof runnerOffers>

/** From the runner: first who it is, then which rows it has changed, answers, and what happens to debuggees. */
export const fromRunnerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), instance: instanceId.schema, ...runnerOffers.shape }),
  z.object({
    type: z.literal('changed'),
    repository: repositoryId.schema.optional(),
    session: sessionId.schema.optional(),
    command: commandId.schema.optional(),
  }),
  z.object({ type: z.literal('answer'), id: z.int(), value: z.unknown() }),
  z.object({
    type: z.literal('refusal'),
    id: z.int(),
    code: z.enum(problemCodes),
    detail: z.string(),
  }),
  z.object({
    type: z.literal('debug'),
    session: sessionId.schema,
    debug: debugSessionId.schema,
    event: z.enum(debugEvents),
    /** As it is told to clients (`debug-message.ts`): the API passes it on as it is. */
    frame: z.string(),
  }),
  ...fromRunnerDap,
  fromRunnerTunnel,
])
export type FromRunner = z.infer<typeof fromRunnerSchema>

/** What happened to a debuggee, in words. */
export type DebugNews = Omit<Extract<FromRunner, { type: 'debug' }>, 'type'>

/** What the runner says to a question. */
export type LiveAnswer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: ProblemCode; readonly detail: string }
