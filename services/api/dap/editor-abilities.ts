import { z } from 'zod'
import { done, type Outcome, refuse } from '../outcome.ts'

const initializeSchema = z.looseObject({
  linesStartAt1: z.boolean().catch(true).default(true),
  columnsStartAt1: z.boolean().catch(true).default(true),
  pathFormat: z.string().catch('path').default('path'),
  supportsStartDebuggingRequest: z.boolean().catch(false).default(false),
})

/** What an editor says of itself in `initialize`, as far as it matters here. */
export type EditorAbilities = { readonly startsDebugging: boolean }

export function readAbilities(given: unknown): Outcome<EditorAbilities> {
  const said = initializeSchema.parse(given ?? {})
  if (!said.linesStartAt1 || !said.columnsStartAt1 || said.pathFormat !== 'path')
    return refuse('invalid_input', 'here lines and columns start at 1, and sources go by paths')
  return done({ startsDebugging: said.supportsStartDebuggingRequest })
}
