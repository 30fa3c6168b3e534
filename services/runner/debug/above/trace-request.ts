import { z } from 'zod'

/**
 * The request `debugServerTrace`, which is not the protocol's: an engine tells calls of these functions, and of no others, by
 * events `debugServerTraced`. Without any it tells what it holds back.
 */
export const traceAskedSchema = z.object({
  functions: z
    .array(
      z.object({
        id: z.int(),
        name: z.string(),
        /** By its absolute path. */
        file: z.string(),
        line: z.int(),
        /** Behind its parameters: what runs there runs at each call. From 1, as the line. */
        inside: z.object({ line: z.int(), column: z.int() }),
        /** It may go on after others have begun: an async function, a generator. */
        suspends: z.boolean(),
        parameters: z.array(z.string()).readonly(),
        /** Names of what it returns, in Go, where they have any. */
        results: z.array(z.string()).readonly(),
      }),
    )
    .optional(),
})
export type TraceAsked = z.infer<typeof traceAskedSchema>
export type TracedFunction = NonNullable<TraceAsked['functions']>[number]

/** Those of which no calls are told, and why. */
export const unsetSchema = z.array(z.object({ id: z.int(), message: z.string() })).default([])

/** Its answer. */
export const traceSetSchema = z
  .object({ unset: unsetSchema })
  .nullish()
  .transform(told => told ?? { unset: [] })
export type TraceSet = z.output<typeof traceSetSchema>
