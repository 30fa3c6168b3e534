import { z } from 'zod'
import { viewerSchema } from './debug-control.ts'
import { debugSessionId, reference, viewerId } from './ids.ts'

/**
 * `WS /sessions/{session}/debug/dap`: the Debug Adapter Protocol as it stands, for editors. Each text frame is one message
 * as JSON, without a header; the server is the debug adapter.
 */
export const dapPath = '/sessions/{session}/debug/dap'

/** The query of such a WebSocket. */
export const dapQuerySchema = z.strictObject({
  debug: reference('dbg')
    .optional()
    .describe(
      'the debug session that `attach` means: its id or a unique beginning of it; default: the latest',
    ),
  root: z
    .string()
    .max(1_000)
    .refine(path => path.startsWith('/') && !path.includes('\0'), 'expected an absolute path')
    .optional()
    .describe('where the client has the files of the worktree: paths are told and taken as they are there'),
})

const seq = z.int().min(0)

/** What a client asks. */
export const dapRequestSchema = z.object({
  seq,
  type: z.literal('request'),
  command: z.string().min(1).max(100),
  arguments: z.record(z.string(), z.unknown()).nullish(),
})
export type DapRequest = z.infer<typeof dapRequestSchema>

/** What a client answers to a request of the server's. */
export const dapReplySchema = z.object({
  seq,
  type: z.literal('response'),
  request_seq: seq,
  command: z.string().max(100),
  success: z.boolean(),
  message: z.string().nullish(),
})
export type DapReply = z.infer<typeof dapReplySchema>

/** All that a client may say. */
export const fromEditorSchema = z.discriminatedUnion('type', [dapRequestSchema, dapReplySchema])

/** What `attach` may say: which debug session is meant, where it is not that of the connection. */
export const dapAttachSchema = z.looseObject({
  debug: reference('dbg').optional(),
  /** Of a process that a client was told of by `startDebugging`: that client, whose breakpoints it has. */
  parent: viewerId.schema.optional(),
})

/** What the server answers and tells, but for the `seq` that each message gets when it is sent. */
export const dapAnswerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('response'),
    request_seq: seq,
    command: z.string(),
    success: z.boolean(),
    message: z.string().optional(),
    body: z.unknown().optional(),
  }),
  z.object({ type: z.literal('event'), event: z.string(), body: z.unknown().optional() }),
])
export type DapAnswer = z.infer<typeof dapAnswerSchema>

/** What the server asks: that the client debugs a process that its debuggee has started as well. */
export const dapReverseRequestSchema = z.object({
  type: z.literal('request'),
  command: z.literal('startDebugging'),
  arguments: z.object({
    request: z.literal('attach'),
    /** What the client is to send with `attach`, over another connection like this one. */
    configuration: z.object({
      name: z.string(),
      debug: debugSessionId.schema,
      parent: viewerId.schema,
      /** Where the client has found this server; VS Code's word for it. */
      debugServer: z.int().optional(),
    }),
  }),
})
export type DapReverseRequest = z.infer<typeof dapReverseRequestSchema>

/** An answer that refuses, which editors show. */
export const dapRefusal = (
  { seq, command }: Pick<DapRequest, 'seq' | 'command'>,
  text: string,
): DapAnswer => ({
  ...{ type: 'response', request_seq: seq, command, success: false, message: text },
  body: { error: { id: 1, format: text, showUser: true } },
})

/** A process that a debuggee has started, by its number as it sees itself, and who has the breakpoints of it. */
const debuggedProcessSchema = z.object({
  debug: debugSessionId.schema,
  process: z.int(),
  parent: viewerId.schema,
})
export type DebuggedProcess = z.infer<typeof debuggedProcessSchema>

/** Between API and runner: one client of one debug session, by a number that the API gives it. */
const client = z.int()
export const toRunnerDap = [
  /** `launches`: it has had the debuggee queued, which runs when this client has said where to stop. */
  z.object({
    type: z.literal('dap_open'),
    client,
    debug: debugSessionId.schema,
    root: z.string().nullable(),
    launches: z.boolean(),
    /** Who was told of this process, and has come to it by that; null: it is come to by itself. */
    parent: viewerId.schema.nullable(),
    by: viewerSchema,
  }),
  z.object({ type: z.literal('dap'), client, message: dapRequestSchema }),
  /** It has gone, in whatever state. */
  z.object({ type: z.literal('dap_close'), client }),
] as const
export const fromRunnerDap = [
  z.object({ type: z.literal('dap'), client, message: dapAnswerSchema }),
  /** A process that its debuggee has started is debugged. */
  z.object({ type: z.literal('dap_child'), client, child: debuggedProcessSchema }),
  /** It has let go of the debuggee, as it was asked to. */
  z.object({ type: z.literal('dap_closed'), client }),
] as const
export type ToRunnerDap = z.infer<(typeof toRunnerDap)[number]>
export type FromRunnerDap = z.infer<(typeof fromRunnerDap)[number]>
