/** The lists of the protocol, by what their items are called in an answer. */
export const listMethods = {
  tools: 'tools/list',
  prompts: 'prompts/list',
  resources: 'resources/list',
  resourceTemplates: 'resources/templates/list',
} as const
export type Listed = keyof typeof listMethods

/** More than any agent could be shown, and so few that they are read at once. */
const most = { pages: 50, items: 1_000 }

/** What a list consists of, page by page; without end it is cut off, which is told. */
export async function pagesOf(
  kind: Listed,
  ask: (params: { readonly cursor?: string }) => Promise<Record<string, unknown>>,
  onCut: (mostItems: number) => void = () => {},
): Promise<unknown[]> {
  const items: unknown[] = []
  let cursor: unknown
  for (let page = 0; page < most.pages && items.length < most.items; page++) {
    const told = await ask(typeof cursor === 'string' ? { cursor } : {})
    const more = told[kind]
    if (Array.isArray(more)) items.push(...more.slice(0, most.items))
    cursor = told.nextCursor
    if (typeof cursor !== 'string') break
  }
  if (typeof cursor === 'string' || items.length > most.items) onCut(most.items)
  return items.slice(0, most.items)
}
