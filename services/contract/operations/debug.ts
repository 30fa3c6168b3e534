import { z } from 'zod'
import { breakpointSchema, breakpointWish, firstBreakpoint } from '../debug-breakpoints.ts'
import { controlActions, controlSchema, seenViewerSchema, viewerSchema } from '../debug-control.ts'
import { mostProbes, sourceFunction } from '../debug-probes.ts'
import { recordEntrySchema } from '../debug-record.ts'
import { debugReplaySchema } from '../debug-replay.ts'
import { exceptionStops } from '../debug-request.ts'
import { debugOutputSchema, debugSessionSchema } from '../debug-resources.ts'
import { checkDebuggee, debuggeeFields, processFields } from '../debuggee-fields.ts'
import { commandSurroundings, flag, standardInput, waitSeconds } from '../fields.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { debugAbove } from './debug-above.ts'
import {
  acting,
  again,
  asking,
  atMost,
  children,
  finding,
  frame,
  live,
  of,
  page,
  read,
  start,
  stopped,
  thread,
  untilStop,
  variablesIn,
  write,
} from './debug-fields.ts'
import { debugInspection } from './debug-inspection.ts'
import { debugMovement } from './debug-movement.ts'
import { debugProcesses } from './debug-processes.ts'

export const debugOperations = {
  'debug.launch': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug',
    summary:
      "Start a program of a session's worktree under its debugger, or attach one to a process of the session",
    input: z
      .strictObject({
        session: of.session,
        ...debuggeeFields,
        ...processFields,
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
        trace: z
          .array(sourceFunction)
          .max(mostProbes)
          .default([])
          .describe(
            'functions whose calls to record from its start on, each as FILE:FUNCTION; debug.recorded tells them',
          ),
        children,
        wait: untilStop,
      })
      .superRefine(checkDebuggee),
    output: debugSessionSchema,
    status: 201,
    // 1 MiB of standard input, where each byte of it is escaped.
    largestBody: 8 * 1024 * 1024,
    errors: ['session_not_found', 'ambiguous_id', 'session_ended', 'debug_limit', 'role_insufficient'],
  }),
  ...debugProcesses,
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
      clear: flag.describe('take all away first; what the launch asked for with exceptions stays'),
    }),
    output: z.array(breakpointSchema),
    errors: [...stopped, ...acting],
  }),
  ...debugMovement,
  ...debugInspection,
  ...debugAbove,
  'debug.output': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/output',
    summary: 'What a debuggee has written and its debugger has said, from any byte on',
    input: z.strictObject({
      ...of,
      stdout: z.int().min(0).default(0).describe('the first byte wanted of stdout'),
      stderr: z.int().min(0).default(0).describe('the first byte wanted of stderr'),
      messages: z.int().min(0).default(0).describe('the first byte wanted of what the debugger has said'),
      limit: z.int().min(1).max(1_000_000).default(65_536).describe('how many bytes of each at the most'),
      wait: waitSeconds.describe('seconds to wait until there is something, or it has stopped or ended'),
    }),
    output: debugOutputSchema,
    errors: [...finding, 'offset_out_of_range', 'log_expired', 'log_damaged'],
  }),
  'debug.restart': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/restart',
    summary: 'End a debuggee and launch it anew, with the breakpoints that there are: a new debug session',
    input: z.strictObject({ ...of, wait: untilStop }),
    output: debugSessionSchema,
    status: 201,
    errors: again,
  }),
  'debug.rerun': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/rerun',
    summary:
      'Apply a patch to the worktree, then end a debuggee and launch it anew, with the breakpoints that there are',
    input: z.strictObject({
      ...of,
      patch: standardInput
        .refine(text => text !== '', 'must not be empty')
        .describe('a unified diff to apply to the worktree as it is now, all of it or nothing'),
      wait: untilStop,
    }),
    output: debugSessionSchema,
    status: 201,
    // 1 MiB of a patch, where each byte of it is escaped.
    largestBody: 8 * 1024 * 1024,
    errors: [...again, 'patch_rejected', 'debugger_refused'],
  }),
  'debug.terminate': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/terminate',
    summary:
      'End a debuggee with everything it started, or let go of a process that the debugger is attached to; one that has ended stays as it is',
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
      ...variablesIn,
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
