import { z } from 'zod'
import {
  exceptionSchema,
  instructionSchema,
  loadedSourceSchema,
  moduleSchema,
  sourceWindowSchema,
} from '../debug-inspected.ts'
import { frameSchema, scopeSchema, threadSchema, variableSchema } from '../debug-resources.ts'
import { flag, nullFree } from '../fields.ts'
import { operation } from '../operation.ts'
import {
  acting,
  atMost,
  frame,
  live,
  of,
  page,
  read,
  start,
  stopped,
  thread,
  variablesIn,
  write,
} from './debug-fields.ts'

export const evaluateContexts = ['watch', 'repl', 'hover', 'clipboard', 'variables'] as const
export type EvaluateContext = (typeof evaluateContexts)[number]

const address = nullFree(200).min(1)
/** Where in memory. */
const place = {
  address: address.describe('an address such as 0x7fff0010, or an expression of the frame that has one'),
  offset: z.int().default(0).describe('how many bytes after it'),
  thread,
  frame,
}

/** What tells of a debuggee, or changes its values. */
export const debugInspection = {
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
      ...variablesIn,
      filter: z
        .enum(['indexed', 'named'])
        .optional()
        .describe(
          'only the elements of a list or the like, or only what has a name; default: both, elements first',
        ),
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
        'a command of the debugger itself in place of an expression, where it has some (gdb, lldb-dap): it may do what a shell may, and needs the scope debug:shell',
      ),
      thread,
      frame,
      context: z
        .enum(evaluateContexts)
        .optional()
        .describe(
          "what it is for: some debuggers treat a watched expression and a typed one otherwise; default: the debugger's usual one",
        ),
      timeout: z.number().positive().max(60).default(10).describe('seconds after which it is given up'),
    }),
    output: variableSchema.omit({ name: true }),
    errors: [...stopped, ...acting, 'evaluation_failed'],
  }),
  'debug.set': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/set',
    summary: 'Give a variable another value',
    input: z.strictObject({
      ...of,
      name: nullFree(10_000).min(1).describe('a variable of the frame, or of the parts of a reference'),
      value: nullFree(100_000).min(1).describe("an expression in the debuggee's language"),
      thread,
      frame,
      reference: z.int().min(1).optional().describe('of what it is a part; in place of frame'),
    }),
    output: variableSchema.omit({ name: true }),
    errors: [...stopped, ...acting, 'evaluation_failed'],
  }),
  'debug.source': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/source',
    summary: 'Source text around a line: where a frame stands, of any file of the worktree, or as generated',
    input: z.strictObject({
      ...of,
      thread,
      frame,
      file: nullFree(1_000)
        .min(1)
        .optional()
        .describe('a file as frames name it; default: that of the frame'),
      reference: z.int().min(1).optional().describe('a generated source, as debug.sources names it'),
      line: z.int().min(1).optional().describe("the line in the middle; default: the frame's, or the first"),
      function: nullFree(1_000)
        .min(1)
        .optional()
        .describe('where this function of the file begins; in place of line'),
      around: z.int().min(0).max(500).default(10).describe('how many lines before and after it'),
    }),
    output: sourceWindowSchema,
    errors: stopped,
  }),
  'debug.sources': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/sources',
    summary: 'The sources that a debuggee has loaded, where the debugger knows',
    input: z.strictObject({ ...of, start, limit: atMost(1_000, 100) }),
    output: z.object({ sources: z.array(loadedSourceSchema), ...page }),
    errors: live,
  }),
  'debug.modules': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/modules',
    summary: 'The modules and libraries of a debuggee',
    input: z.strictObject({ ...of, start, limit: atMost(1_000, 100) }),
    output: z.object({ modules: z.array(moduleSchema), ...page }),
    errors: live,
  }),
  'debug.exception': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/exception',
    summary: 'The exception that a thread stands at',
    input: z.strictObject({ ...of, thread }),
    output: exceptionSchema,
    errors: stopped,
  }),
  'debug.disassemble': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/disassembly',
    summary: 'Machine instructions around an address, where the debugger can',
    input: z.strictObject({
      ...of,
      thread,
      frame,
      address: address.optional().describe('where to begin; default: where the frame stands'),
      offset: z.int().min(-1_000).max(1_000).default(0).describe('how many instructions after it, or before'),
      count: z.int().min(1).max(1_000).default(20).describe('how many instructions'),
    }),
    output: z.array(instructionSchema),
    errors: stopped,
  }),
  'debug.memory': operation({
    ...read,
    method: 'GET',
    path: '/sessions/{session}/debug/memory',
    summary: "Bytes of a debuggee's memory, where the debugger can",
    input: z.strictObject({
      ...of,
      ...place,
      count: z.int().min(1).max(65_536).default(256).describe('how many bytes'),
    }),
    output: z.object({
      address,
      hex: z.string(),
      /** How many of the bytes after these cannot be read. */
      unreadable: z.int(),
    }),
    errors: [...stopped, 'evaluation_failed'],
  }),
  'debug.write_memory': operation({
    ...write,
    method: 'POST',
    path: '/sessions/{session}/debug/memory',
    summary: "Write into a debuggee's memory, where the debugger can",
    input: z.strictObject({
      ...of,
      ...place,
      hex: z
        .string()
        .min(2)
        .max(131_072)
        .regex(/^(?:[0-9a-fA-F]{2})+$/, 'expected bytes as pairs of hexadecimal digits, such as 00ff')
        .describe('the bytes, as pairs of hexadecimal digits'),
    }),
    output: z.object({ written: z.int() }),
    errors: [...stopped, ...acting, 'evaluation_failed'],
  }),
}
