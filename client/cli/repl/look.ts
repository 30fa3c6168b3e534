import { visible } from '../../../lib/visible.ts'
import type { Client } from '../../sdk/client.ts'
import { renderDisassembly } from '../render/memory.ts'
import { renderModules } from '../render/modules.ts'
import { renderException } from '../render/source.ts'
import { renderStack, renderThreads } from '../render/stack.ts'
import { renderScopes, renderVariables } from '../render/variables.ts'
import type { RenderContext } from '../words/words.ts'
import { examined } from './examine.ts'
import { type Fault, fault, type Order } from './order.ts'
import { registersOf } from './registers.ts'
import { shown, textOfValue } from './text-of-value.ts'
import { typeOf } from './type-of.ts'

/** What only looks at a debuggee that stands, or sets one of its values. */
export type Look = Extract<
  Order,
  {
    kind:
      | 'disassemble'
      | 'evaluate'
      | 'type'
      | 'examine'
      | 'registers'
      | 'modules'
      | 'exception'
      | 'set'
      | 'variables'
      | 'scopes'
      | 'stack'
      | 'threads'
  }
>

type Where = {
  readonly session: string
  readonly debug: string
  readonly thread?: number
  readonly frame: number
}

/** The text of what is there, from the frame on that is looked at. */
export async function look(
  order: Look,
  where: Where,
  client: Client,
  rendering: RenderContext,
): Promise<string | Fault> {
  const { frame: _, ...thread } = where
  const { session, debug } = where
  switch (order.kind) {
    case 'disassemble':
      return renderDisassembly(await client.debug.disassemble(where), rendering)
    case 'evaluate': {
      const value = await textOfValue(client, where, order)
      return value === '' ? '' : `${value}\n`
    }
    case 'type':
      return typeOf(client, where, order.expression, order.parts)
    case 'examine':
      return examined(client, where, order, rendering)
    case 'registers': {
      const found = await registersOf(client, where, order.names)
      if (found === undefined) return fault('this debugger tells no registers')
      if (found.length === 0) return fault(`there is no register ${order.names.join(', ')}`)
      return renderVariables(found, rendering)
    }
    case 'modules':
      return renderModules((await client.debug.modules({ session, debug })).modules, rendering)
    case 'exception':
      return renderException(await client.debug.exception(thread))
    case 'set': {
      const { name, value } = order
      const now = await client.debug.set({ ...where, name, value })
      return `${visible(name)} = ${shown(now.value)}\n`
    }
    case 'variables': {
      const scope = order.scope === null ? {} : { scope: order.scope }
      const { variables } = await client.debug.variables({ ...where, ...scope })
      return renderVariables(variables, rendering)
    }
    case 'scopes':
      return renderScopes(await client.debug.scopes(where), rendering)
    case 'stack': {
      const { frames, total } = await client.debug.stack(thread)
      const more = total > frames.length ? `and ${total - frames.length} more: frame N shows one\n` : ''
      return `${renderStack(frames, rendering)}${more}`
    }
    case 'threads': {
      const { threads } = await client.debug.threads({ session, debug })
      return renderThreads(threads, rendering)
    }
  }
}
