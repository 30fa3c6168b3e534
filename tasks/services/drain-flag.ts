import { secondsOf } from '../../lib/duration.ts'
import type { Zod } from '../engine/task.ts'

/** In seconds. Longer than this nobody waits in front of a terminal. */
const longest = 3_600

/** `--drain TIME` of the tasks that may replace runner and proxy: milliseconds. */
export const drainParam = (z: Zod) =>
  z
    .string()
    .default('30s')
    .describe(
      'how long what is under a debugger, and calls of MCP tools, may go on before runner and proxy go',
    )
    .meta({ value: 'TIME' })
    .transform((text, context) => {
      const seconds = secondsOf(text)
      if (seconds !== undefined && seconds <= longest) return seconds * 1_000
      context.addIssue({ code: 'custom', message: 'expected a time such as 0, 30s or 5m; at most 1h' })
      return z.NEVER
    })
