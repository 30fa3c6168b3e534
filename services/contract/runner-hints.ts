import { z } from 'zod'
import { commandId, instanceId, repositoryId, sessionId } from './ids.ts'

/**
 * What API and runner say to each other over the runner's unix socket, one JSON object a line. They are hints: the
 * store and the log files carry the truth, and everything works, only later, when a hint is lost.
 */

/** To the runner: there may be work in the store. */
export const toRunnerSchema = z.object({ type: z.literal('wake') })
export type ToRunner = z.infer<typeof toRunnerSchema>

/** From the runner: first who it is, then which rows it has changed. */
export const fromRunnerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), instance: instanceId.schema }),
  z.object({
    type: z.literal('changed'),
    repository: repositoryId.schema.optional(),
    session: sessionId.schema.optional(),
    command: commandId.schema.optional(),
  }),
])
export type FromRunner = z.infer<typeof fromRunnerSchema>
