import { secondsOf } from '../../lib/duration.ts'
import type { Zod } from '../engine/task.ts'

/** In seconds. Longer than this nobody waits in front of a terminal. */
const longest = 3_600

/** `--drain TIME` of the tasks that may replace services: milliseconds. */
export const drainParam = (z: Zod) =>
  z
    .string()
    .default('30s')
    .describe(
      'how long what is under a debugger may go on before the runner goes; requests under way have 90s at least, unless this is 0',
    )
    .meta({ value: 'TIME' })
    .transform((text, context) => {
      const seconds = secondsOf(text)
      if (seconds !== undefined && seconds <= longest) return seconds * 1_000
      context.addIssue({ code: 'custom', message: 'expected a time such as 0, 30s or 5m; at most 1h' })
      return z.NEVER
    })
