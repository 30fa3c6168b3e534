import type { z } from 'zod'

/** Asks the adapter; throws a Refusal where it refuses, is late or gone. */
export type AskAdapter = <Schema extends z.ZodType>(
  command: string,
  parameters: object,
  schema: Schema,
  deadlineMs?: number,
) => Promise<z.output<Schema>>
