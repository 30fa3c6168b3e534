import { visible } from '../../../lib/visible.ts'
import type { Client } from '../../sdk/client.ts'

type Where = { session: string; debug: string; thread?: number; frame: number }

/** What an expression is: the name of its type, and with `parts` those of what it consists of. */
export async function typeOf(
  client: Client,
  where: Where,
  expression: string,
  parts: boolean,
): Promise<string> {
  const { type, reference } = await client.debug.evaluate({ ...where, expression, context: 'watch' })
  const named = `type = ${type === null || type === '' ? 'not told by this debugger' : visible(type)}\n`
  if (!parts || reference === 0) return named
  const { session, debug } = where
  const { variables, next } = await client.debug.variables({
    session,
    debug,
    reference,
    filter: 'named',
    limit: 50,
  })
  const lines = variables.map(part => `  ${visible(part.name)}: ${visible(part.type || '?')}\n`)
  return `${named}${lines.join('')}${next === null ? '' : '  …\n'}`
}
