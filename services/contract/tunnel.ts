import { z } from 'zod'
import { appName } from './app-name.ts'
import { sessionId } from './ids.ts'

/**
 * `WS /sessions/{session}/tunnel`: one connection to a port or a unix socket that a program of the session listens on. Binary
 * frames are its bytes, an empty one says that no more come from that side. The server's last message, the only text, says
 * why it is over.
 */
export const tunnelPath = '/sessions/{session}/tunnel'

const socketPath = z
  .string()
  .min(1)
  .max(1_000)
  .refine(path => !path.includes('\0'), 'expected a path')

/** The query of such a WebSocket. */
export const tunnelQuerySchema = z
  .strictObject({
    port: z.coerce
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('a TCP port that a program of the session listens on'),
    socket: socketPath
      .optional()
      .describe('a unix socket, as programs of the session see it; relative to the top of the worktree'),
  })
  .refine(({ port, socket }) => (port === undefined) !== (socket === undefined), {
    path: ['port'],
    message: 'give either a port or a socket',
  })

/** `patience_ms`: how long an app may take that has to be started. */
export const tunnelTargetSchema = z.union([
  z.object({ port: z.int() }),
  z.object({ socket: z.string() }),
  z.object({ app: appName, patience_ms: z.int().min(0).max(120_000) }),
])
export type TunnelTarget = z.infer<typeof tunnelTargetSchema>

/**
 * To the runner, on a connection of its own: what comes after its answer (`tunnel_open`, or a refusal) are the bytes of the
 * tunnel, both ways.
 */
export const toRunnerTunnel = z.object({
  type: z.literal('tunnel'),
  id: z.int(),
  session: sessionId.schema,
  target: tunnelTargetSchema,
})
export type ToRunnerTunnel = z.infer<typeof toRunnerTunnel>
export const fromRunnerTunnel = z.object({ type: z.literal('tunnel_open'), id: z.int() })
