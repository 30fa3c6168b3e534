import { z } from 'zod'
import { nestsDeeper } from '../../../../lib/nesting.ts'

/**
 * What one server says that it offers, as it says it. Parsed loosely: what a server adds beyond the protocol goes through
 * as it is, but for names and sizes, which are bounded.
 */

/** More than anybody reads; a longer one is no description. In characters of JSON. */
const longestDefinition = 65_536
/** As deep as no real one is: what compares them and writes them down comes to no end of its stack. */
const deepestDefinition = 128

const bounded = <Schema extends z.ZodObject>(schema: Schema) =>
  schema
    .refine(given => !nestsDeeper(given, deepestDefinition), {
      abort: true,
      message: `it nests deeper than ${deepestDefinition} levels`,
    })
    .refine(given => JSON.stringify(given).length <= longestDefinition, {
      message: `it is longer than ${longestDefinition} characters`,
    })

const name = z.string().min(1).max(256)
const objectSchema = z.looseObject({ type: z.literal('object') })

export const toolSchema = bounded(
  z.looseObject({
    name,
    title: z.string().optional(),
    description: z.string().optional(),
    inputSchema: objectSchema,
    outputSchema: z.looseObject({}).optional(),
  }),
)
export type Tool = z.output<typeof toolSchema>

export const promptSchema = bounded(z.looseObject({ name, description: z.string().optional() }))
export type Prompt = z.output<typeof promptSchema>

/** Something that a server lists, and that is shown to nobody. */
const leftOutSchema = z.object({
  what: z.enum(['tool', 'prompt']),
  /** As far as it is one. */
  name: z.string(),
  why: z.string(),
})
export type LeftOut = z.output<typeof leftOutSchema>

export const offerSchema = z.object({
  tools: z.array(toolSchema),
  prompts: z.array(promptSchema),
  /** Whether it has resources, and completions. */
  resources: z.boolean(),
  completions: z.boolean(),
  /** What of its lists is none of the offer. */
  left_out: z.array(leftOutSchema).optional(),
})
export type Offer = z.output<typeof offerSchema>

/** What each server offers, by its name; those that are not known yet are left out. */
export type Offers = ReadonlyMap<string, Offer>
