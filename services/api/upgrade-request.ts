import type { IncomingMessage } from 'node:http'
import { contract } from '../contract/contract.ts'
import type { Caller } from './access.ts'
import type { Context } from './context.ts'
import type { StreamHandlers } from './handlers/handler.ts'
import type { LogFormat } from './logs/log-format.ts'
import type { LogSource } from './logs/log-source.ts'
import { admitTo, answerStream, isStream } from './operations.ts'
import { done, type Outcome, refuse, refuseFields } from './outcome.ts'
import { refusalOf } from './problem-reply.ts'
import { matchPath } from './route-table.ts'

/** What a WebSocket is to carry. */
export type Subscription = {
  readonly caller: Caller
  readonly source: LogSource
  readonly format: LogFormat
  readonly route: string
}

/** Reads an upgrade request by the same rules as any other; `codec` is the only field that other requests have not. */
export async function readUpgrade(
  context: Context,
  handlers: StreamHandlers,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<Outcome<Subscription>> {
  try {
    const [path = '', search = ''] = (request.url ?? '').split('?', 2)
    const match = matchPath(path)
    const name = match?.names.find(isStream)
    if (match === undefined || name === undefined)
      return refuse('not_found', 'there is no WebSocket at this address')
    const caller = await admitTo(context, name, request.headers.authorization)
    if (!caller.ok) return caller
    const { codec = 'json', ...query } = queryOf(search)
    if (codec !== 'json' && codec !== 'text')
      return refuseFields([{ path: 'codec', message: 'expected json or text' }])
    const call = { caller: caller.value, gone }
    const source = await answerStream(
      handlers,
      name,
      { path: match.parameters, query, body: undefined },
      call,
    )
    if (!source.ok) return source
    return done({
      caller: caller.value,
      source: source.value,
      format: codec,
      route: contract[name].path,
    })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') context.log.error({ err: error }, 'an upgrade failed')
    return refusal
  }
}

/** A parameter that is given twice is an array, as in any other request. */
function queryOf(search: string): Record<string, unknown> {
  const parameters = new URLSearchParams(search)
  const entries = [...new Set(parameters.keys())].map(key => {
    const values = parameters.getAll(key)
    return [key, values.length === 1 ? values[0] : values] as const
  })
  return Object.fromEntries(entries)
}
