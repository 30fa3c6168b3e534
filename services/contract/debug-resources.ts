import { z } from 'zod'
import { breakpointSchema } from './debug-breakpoints.ts'
import { controlSchema } from './debug-control.ts'
import { debugEndSchema, debugEngines, debugStatuses } from './debug-state.ts'
import { debuggerMessageSchema } from './debugger-message.ts'
import { instant } from './fields.ts'
import { commandId, debugSessionId, sessionId } from './ids.ts'
import { logChunkSchema } from './log-message.ts'

/**
 * What the server tells of debugging, in the words of the Debug Adapter Protocol. Files inside the worktree are told
 * relative to its top, any other (a library's) by its absolute path. Lines and columns count from 1.
 */

/** A text of the debuggee, cut after so many characters of it. */
export const longestValue = 2_000

export const frameSchema = z.object({
  /** Its place in the stack: 0 is the innermost. What `frame` of other operations means. */
  index: z.int(),
  name: z.string(),
  /** Null where it has no source. */
  file: z.string().nullable(),
  line: z.int(),
  column: z.int(),
  /** The text of that line; null where it cannot be read. */
  source: z.string().nullable(),
})
export type Frame = z.infer<typeof frameSchema>

/** Where and why the debuggee stands. */
export const stopSchema = z.object({
  /** 1 for the debug session's first stop. Variable references are good until the next. */
  number: z.int(),
  /** DAP's: `breakpoint`, `step`, `pause`, `exception`, `entry`, or what else the adapter says. */
  reason: z.string(),
  /** Of an exception: its type, or what the adapter says of the stop. */
  description: z.string().nullable(),
  /** Of an exception: its message. */
  text: z.string().nullable(),
  thread: z.int(),
  /** The ids of the breakpoints that it stands at. */
  breakpoints: z.array(z.int()),
  /** Its innermost frame; null where the adapter could not tell it. */
  frame: frameSchema.nullable(),
})
export type Stop = z.infer<typeof stopSchema>

/** How many of them are told of, those that stand still first. */
export const mostChildrenTold = 20

/** A process that a debuggee has started, or one of those has: a debug session of its own. */
export const debuggedChildSchema = z.object({
  id: debugSessionId.schema,
  process: z.int(),
  status: z.enum(debugStatuses),
  /** While it is stopped. */
  stop: stopSchema
    .pick({ reason: true })
    .extend({ frame: frameSchema.pick({ name: true, file: true, line: true }).nullable() })
    .nullable(),
})
export type DebuggedChild = z.infer<typeof debuggedChildSchema>

export const debugSessionSchema = z.object({
  id: debugSessionId.schema,
  session: sessionId.schema,
  /** The debuggee: its log, time limit and exit code are those of this command. */
  command: commandId.schema,
  engine: z.enum(debugEngines),
  /** Of a process that the debuggee has started: the debug session of the process that has started it. */
  parent: debugSessionId.schema.nullable(),
  /** Of such a process: its number, as it sees itself. */
  process: z.int().nullable(),
  /** The processes below it that are debugged now. Whoever waits for it to stop is answered when one of them does, too. */
  children: z.array(debuggedChildSchema),
  status: z.enum(debugStatuses),
  /** While it is stopped. */
  stop: stopSchema.nullable(),
  /** Once it has ended. */
  end: debugEndSchema.nullable(),
  breakpoints: z.array(breakpointSchema),
  /** Null where nobody controls it. */
  control: controlSchema.nullable(),
  created_at: instant,
  ended_at: instant.nullable(),
})
export type DebugSession = z.infer<typeof debugSessionSchema>

/** What a debuggee has written, and its debugger has said. */
export const debugOutputSchema = z.object({
  command: commandId.schema,
  chunks: z.array(logChunkSchema),
  messages: z.array(debuggerMessageSchema),
  /** Where to read on, and whether no more will come. */
  next: z.object({ stdout: z.int(), stderr: z.int(), messages: z.int() }),
  complete: z.boolean(),
})
export type DebugOutput = z.infer<typeof debugOutputSchema>

export const threadSchema = z.object({ id: z.int(), name: z.string() })
export type Thread = z.infer<typeof threadSchema>

export const scopeSchema = z.object({
  name: z.string(),
  /** What `reference` of `debug.variables` means. */
  reference: z.int(),
  /** Whether reading it takes long. */
  expensive: z.boolean(),
})

export const variableSchema = z.object({
  name: z.string(),
  /** As the debugger writes it, cut after 2,000 characters; `truncated` then. */
  value: z.string(),
  truncated: z.boolean(),
  type: z.string().nullable(),
  /** Above 0 where it has parts: `reference` of `debug.variables` shows them, until the debuggee goes on. */
  reference: z.int(),
})
export type Variable = z.infer<typeof variableSchema>
