import { z } from 'zod'

/**
 * What a debuggee is to be and where it is to stop, as the API hands it to the runner through the store. Where and how
 * it runs (directory, environment, time limit) is its command's affair.
 */
export const debugRequestSchema = z.object({
  program: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('file'), file: z.string() }),
    z.object({ kind: z.literal('module'), module: z.string() }),
  ]),
  arguments: z.array(z.string()),
  /** Null: to be found. */
  interpreter: z.string().nullable(),
  /** Each as FILE:LINE. */
  breakpoints: z.array(z.string()),
  stop_on_entry: z.boolean(),
  exceptions: z.enum(['uncaught', 'never']),
})
export type DebugRequest = z.infer<typeof debugRequestSchema>

/** The debuggee as its user would type it. */
export const debuggeeLine = ({ interpreter, program, arguments: rest }: DebugRequest): string[] => [
  interpreter ?? 'python3',
  ...(program.kind === 'file' ? [program.file] : ['-m', program.module]),
  ...rest,
]
