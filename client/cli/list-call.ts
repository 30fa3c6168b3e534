import type { Page } from '../../services/contract/page.ts'
import type { Client } from '../sdk/client.ts'
import { every } from '../sdk/every.ts'
import { asked } from './asked.ts'
import { exitCodes } from './exit-codes.ts'
import { hint } from './hint.ts'
import { print } from './print.ts'
import type { ActContext, Render } from './words/words.ts'

/** The flags of lists that are told in pages. */
export const pageFlags = { cursor: { value: 'CURSOR' }, limit: { value: 'N' } }
export const allFlag = { name: 'all', describe: 'all that there are, not one page alone' }

/** The most that a page may have. */
const mostAtOnce = 200

/** The act of a list: prints a page of it, and how to see the next one; with `--all` all pages as one. */
export const listCall = <Input extends { cursor?: string | undefined; limit?: number | undefined }, Item>(
  methodOf: (client: Client) => (input: Input) => Promise<Page<Item>>,
  render: Render<readonly Item[]>,
) => {
  const act = async (input: Input, context: ActContext): Promise<number> => {
    const { client, extras } = context
    const list = methodOf(client)
    const all = () =>
      Array.fromAsync(every(cursor => list({ ...input, limit: mostAtOnce, cursor: cursor ?? input.cursor })))
    const page = await asked(context, async () =>
      extras.has(allFlag.name) ? { items: await all(), next: null } : await list(input),
    )
    await print(context, page, ({ items }, rendering) => render(items, rendering))
    if (page.next !== null)
      await hint(context, `there are more: see them with --cursor ${page.next}, or --all`)
    return exitCodes.success
  }
  return async () => ({ act })
}
