import { z } from 'zod'
import { debugEngines } from './debug-state.ts'
import { commandId } from './ids.ts'

/** A process of a session's commands. */
export const sessionProcessSchema = z.object({
  /** Its number as it and the others of its command see it: in a sandbox commands have numbers of their own. */
  pid: z.int(),
  command: commandId.schema,
  /** What it was started as, cut after 200 characters; secrets are masked. */
  line: z.string(),
  /** The debuggers that can be attached to it, the usual one first; none where it cannot be looked at. */
  engines: z.array(z.enum(debugEngines)),
  /** Whether a debugger that traces is attached to it already. */
  traced: z.boolean(),
})
export type SessionProcess = z.infer<typeof sessionProcessSchema>

export const mostProcesses = 500
export const longestProcessLine = 200
