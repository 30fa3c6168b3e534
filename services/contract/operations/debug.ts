import { z } from 'zod'
import { breakpointSchema, breakpointWish, firstBreakpoint } from '../debug-breakpoints.ts'
import { controlActions, controlSchema, seenViewerSchema, viewerSchema } from '../debug-control.ts'
import { recordEntrySchema } from '../debug-record.ts'
import { debugReplaySchema } from '../debug-replay.ts'
import { exceptionStops } from '../debug-request.ts'
import {
  debugOutputSchema,
  debugSessionSchema,
  frameSchema,
  scopeSchema,
  threadSchema,
  variableSchema,
} from '../debug-resources.ts'
import { checkDebuggee, debuggeeFields } from '../debuggee-fields.ts'
import { commandSurroundings, flag, nullFree, waitSeconds } from '../fields.ts'
import { reference } from '../ids.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { debugAbove } from './debug-above.ts'

/** Which debug session. A session's latest, where none is named: the usual case has one. */
const of = {
  session: reference('ses', true).describe('the session: its id, a unique beginning of it, or @last'),
  debug: reference('dbg')
    .optional()
    .describe('the debug session: its id or a unique beginning of it; default: the latest of the session'),
}

const thread = z.int().optional().describe('the thread; default: the one that stopped last')
const frame = z.int().min(0).max(10_000).default(0).describe('the stack frame: 0 is the innermost')
const untilStop = waitSeconds.describe('seconds to wait until it has stopped again or ended')
const start = z.int().min(0).default(0).describe('how many to pass over')
const atMost = (most: number, initial: number) =>
  z.int().min(1).max(most).default(initial).describe('how many at the most')

const finding = ['session_not_found', 'debug_session_not_found', 'ambiguous_id'] as const
/** What a question to the runner can meet. */
const asking = ['runner_unavailable', 'too_many_calls'] as const
/** What every operation on a live debugger can answer. */
const live = [...finding, 'debug_session_ended', ...asking, 'debugger_timeout', 'debugger_refused'] as const
/** What needs a debuggee that stands still. */
const stopped = [...live, 'debuggee_running'] as const

/** What acts: others may have the control. */
const acting = ['control_held', 'role_insufficient'] as const

const everywhere = ['api', 'sdk', 'cli', 'mcp'] as const
/** What acts on a debuggee, and what looks at it: by this, who may only watch is told from who may control. */
const write = { access: 'debug:write', answer: 'json', status: 200, surfaces: everywhere } as const
const read = { ...write, access: 'debug:read' } as const

const goOn = (verb: string, summary: string) =>
  operation({
    ...write,
    method: 'POST',
    path: `/sessions/{session}/debug/${verb}`,
    summary,
    input: z.strictObject({ ...of, thread, wait: untilStop }),
    output: debugSessionSchema,
    errors: [...stopped, ...acting],
  })

/** A page of a list: `next` is the `start` of the following one, null at its end. */
const page = { total: z.int(), next: z.int().nullable() }

export const debugOperations = {
  'debug.launch': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug',
    summary: "Start a program of a session's worktree under its debugger",
    input: z
      .strictObject({
        session: of.session,
        ...debuggeeFields,
        ...commandSurroundings,
        breakpoints: z
          .array(firstBreakpoint)
          .max(1_000)
          .default([])
          .describe(
            'where to stop, each as FILE:LINE or FILE:"TEXT", relative to the top of the worktree, or as an object that says more: a condition, a function, an exception',
          ),
        stop_on_entry: flag.describe('stop before its first line'),
        exceptions: z.enum(exceptionStops).default('uncaught').describe('which exceptions to stop at'),
        wait: untilStop,
      })
      .superRefine(checkDebuggee),
    output: debugSessionSchema,
    status: 201,
    // 1 MiB of standard input, where each byte of it is escaped.
    largestBody: 8 * 1024 * 1024,
    errors: ['session_not_found', 'ambiguous_id', 'session_ended', 'debug_limit', 'role_insufficient'],
  }),
  'debug.list': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug',
    summary: "A session's debug sessions, newest first",
    input: z.strictObject({ session: of.session, ...pageFields }),
    output: pageOf(debugSessionSchema),
    errors: ['session_not_found', 'ambiguous_id'],
  }),
  'debug.status': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/status',
    summary: 'Where a debuggee stands',
    input: z.strictObject({ ...of, wait: untilStop }),
    output: debugSessionSchema,
    errors: [...finding, ...asking],
  }),
  'debug.break': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/breakpoints',
    summary: 'Add breakpoints, change them or take them away; all that there are, without any named',
    input: z.strictObject({
      ...of,
      breakpoints: z
        .array(breakpointWish)
        .max(1_000)
        .default([])
        .describe(
          'each as FILE:LINE or FILE:"TEXT", relative to the top of the worktree, or as an object that says more; one that there is already is changed to this',
        ),
      ids: z.array(z.int()).max(1_000).default([]).describe('breakpoints that there are, to be taken away'),
      remove: flag.describe('take away what is named instead'),
      clear: flag.describe('take all away first'),
    }),
    output: z.array(breakpointSchema),
    errors: [...stopped, ...acting],
  }),
  'debug.continue': goOn('continue', 'Go on until the next breakpoint or the end'),
  'debug.next': goOn('next', 'Go on to the next line, stepping over calls'),
  'debug.step_in': goOn('step-in', 'Go on into the next call'),
  'debug.step_out': goOn('step-out', 'Go on until the present function returns'),
  'debug.pause': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/pause',
    summary: 'Stop a debuggee wherever it is; one that is stopped stays so',
    input: z.strictObject({ ...of, wait: untilStop }),
    output: debugSessionSchema,
    errors: [...live, ...acting],
  }),
  'debug.threads': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/threads',
    summary: 'The threads of a debuggee',
    input: z.strictObject({ ...of, start, limit: atMost(1_000, 100) }),
    output: z.object({ threads: z.array(threadSchema), ...page }),
    errors: live,
  }),
  'debug.stack': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/stack',
    summary: 'The stack of a thread, innermost frame first',
    input: z.strictObject({ ...of, thread, start, limit: atMost(1_000, 20) }),
    output: z.object({ thread: z.int(), frames: z.array(frameSchema), ...page }),
    errors: stopped,
  }),
  'debug.scopes': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/scopes',
    summary: 'The scopes of a stack frame',
    input: z.strictObject({ ...of, thread, frame }),
    output: z.array(scopeSchema),
    errors: stopped,
  }),
  'debug.variables': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/variables',
    summary: 'The variables of a scope, or the parts of a variable',
    input: z.strictObject({
      ...of,
      thread,
      frame,
      scope: z.string().max(200).optional().describe('the scope by its name; default: the first, the locals'),
      reference: z
        .int()
        .min(1)
        .optional()
        .describe('the reference of a variable or scope, to see its parts; in place of frame and scope'),
      start,
      limit: atMost(1_000, 100),
    }),
    output: z.object({ variables: z.array(variableSchema), ...page }),
    errors: stopped,
  }),
  'debug.evaluate': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/evaluate',
    summary: 'Evaluate an expression in a stack frame',
    input: z.strictObject({
      ...of,
      expression: nullFree(100_000).min(1).describe("an expression in the debuggee's language"),
      shell: flag.describe(
        'a command of the debugger itself in place of an expression, where it has some (lldb-dap): it may do what a shell may, and needs the scope debug:shell',
      ),
      thread,
      frame,
      timeout: z.number().positive().max(60).default(10).describe('seconds after which it is given up'),
    }),
    output: variableSchema.omit({ name: true }),
    errors: [...stopped, ...acting, 'evaluation_failed'],
  }),
  ...debugAbove,
  'debug.output': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/output',
    summary: 'What a debuggee has written, from any byte on',
    input: z.strictObject({
      ...of,
      stdout: z.int().min(0).default(0).describe('the first byte wanted of stdout'),
      stderr: z.int().min(0).default(0).describe('the first byte wanted of stderr'),
      limit: z.int().min(1).max(1_000_000).default(65_536).describe('how many bytes of each at the most'),
    }),
    output: debugOutputSchema,
    errors: [...finding, 'offset_out_of_range', 'log_expired', 'log_damaged'],
  }),
  'debug.terminate': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/terminate',
    summary: 'End a debuggee with everything it started; one that has ended stays as it is',
    input: z.strictObject({ ...of, wait: waitSeconds.describe('seconds to wait until it has ended') }),
    output: debugSessionSchema,
    errors: [...finding, ...asking, ...acting],
  }),
  'debug.control': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/control',
    summary: 'Take the control of a debug session, ask for it, pass it on, or release it',
    input: z.strictObject({
      ...of,
      action: z
        .enum(controlActions)
        .describe(
          'take: act alone from now on; the owner of the session may always take it, others where nobody has it. ask: get it next. pass: hand it on. release: let anybody act',
        ),
      to: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .describe('of pass: the viewer who is to have it, by id or user; default: who has asked first'),
      idle: z
        .int()
        .min(5)
        .max(3_600)
        .default(600)
        .describe('of take: seconds without an act after which it is lost'),
      wait: waitSeconds.describe('of ask: seconds to wait until it is there'),
    }),
    output: z.object({ control: controlSchema.nullable(), you: viewerSchema }),
    errors: [...live, ...acting, 'viewer_not_found'],
  }),
  'debug.transcript': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/transcript',
    summary: 'What the server and a debug adapter have said to each other, from any message on',
    input: z.strictObject({
      ...of,
      start,
      limit: atMost(1_000, 100),
      wait: waitSeconds.describe(
        'seconds to wait until there is something behind those that are passed over',
      ),
    }),
    output: z.object({
      entries: z.array(recordEntrySchema),
      /** How many there are so far; where to read on, null where there is no more yet. */
      ...page,
      /** How many of those behind `start` are not there any more; and how many lines cannot be read. */
      dropped: z.int(),
      damaged: z.int(),
      /** Whether no more will come. */
      complete: z.boolean(),
    }),
    errors: finding,
  }),
  'debug.replay': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/replay',
    summary: 'What was seen of a debuggee at one of its stops, from the record, whether it still runs or not',
    input: z.strictObject({
      ...of,
      at: z.int().min(1).optional().describe('the stop, by its number; default: the last'),
      thread,
      frame,
      scope: z.string().max(200).optional().describe('the scope by its name; default: the first, the locals'),
      reference: z
        .int()
        .min(1)
        .optional()
        .describe('the reference of a variable or scope, to see its parts; in place of frame and scope'),
      start,
      limit: atMost(1_000, 100),
    }),
    output: debugReplaySchema,
    errors: [...finding, ...asking, 'debugger_timeout', 'stop_not_recorded'],
  }),
  'debug.viewers': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/viewers',
    summary: 'Who watches a debug session, and who controls it',
    input: z.strictObject({ ...of }),
    output: z.array(seenViewerSchema),
    errors: live,
  }),
}
