import { z } from 'zod'
import type { Exchange } from './recorded-stop.ts'

const pageSchema = z.object({
  variablesReference: z.int(),
  filter: z.enum(['indexed', 'named']),
  start: z.int().default(0),
  count: z.int(),
})
const listSchema = z.object({ variables: z.array(z.unknown()) })

/**
 * A page of variables out of all pages that were asked for at a stop, however these were cut: those of its parts that one of
 * them has. Parts with names, which stand behind the elements of a value, are none where elements alone were asked for. Undefined
 * where no page has any, or no page is asked for.
 */
export function recordedPage(
  command: string,
  parameters: unknown,
  exchanges: readonly Exchange[],
): { variables: unknown[] } | undefined {
  const wanted = command === 'variables' ? pageSchema.safeParse(parameters).data : undefined
  if (wanted === undefined) return undefined
  const known = new Map<number, unknown>()
  let others = false
  for (const { command: asked, parameters: of, answer } of exchanges) {
    const page = asked === 'variables' ? pageSchema.safeParse(of).data : undefined
    if (page === undefined || !answer.ok) continue
    if (page.variablesReference !== wanted.variablesReference) continue
    if (page.filter !== wanted.filter) {
      others = true
      continue
    }
    const { variables = [] } = listSchema.safeParse(answer.body).data ?? {}
    // An adapter that passes over what it is asked of a page has told all.
    const first = variables.length > page.count ? 0 : page.start
    variables.forEach((variable, at) => void known.set(first + at, variable))
  }
  const variables = Array.from({ length: wanted.count }, (_, at) => wanted.start + at).flatMap(at =>
    known.has(at) ? [known.get(at)] : [],
  )
  return variables.length === 0 && !(others && wanted.filter === 'named') ? undefined : { variables }
}
