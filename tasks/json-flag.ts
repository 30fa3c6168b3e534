import type { Zod } from './engine/task.ts'

/** `--json` of the tasks that have something to say to a program. */
export const jsonParam = (z: Zod) => z.boolean().default(false).describe('print JSON')
