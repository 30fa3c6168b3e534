import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
import type { Adapter, DapPeer, OpenAdapter, Opening } from '../adapter.ts'
import { type DapOutcome, parsedOutcome } from '../pending-requests.ts'
import { recordedPage } from './recorded-page.ts'
import type { Exchange, RecordedStop } from './recorded-stop.ts'

/** What begins a debug session, and is answered whatever the record has of it. */
const beginning: Readonly<Record<string, object>> = {
  setBreakpoints: { breakpoints: [] },
  setFunctionBreakpoints: { breakpoints: [] },
  setExceptionBreakpoints: {},
  configurationDone: {},
}

/**
 * An adapter that is a record: its debuggee stands at one stop, and what was asked there is answered as it was then. All
 * else it refuses.
 */
export const recordedAdapter =
  ({ event, exchanges }: RecordedStop, capabilities: unknown): OpenAdapter =>
  opening =>
    new RecordedAdapter(opening, exchanges, { event, capabilities })

class RecordedAdapter implements Adapter {
  readonly stderr = ''
  readonly client: DapPeer
  readonly #closing = Promise.withResolvers<string>()

  constructor(
    { event: tell }: Opening,
    exchanges: readonly Exchange[],
    { event, capabilities }: { readonly event: unknown; readonly capabilities: unknown },
  ) {
    const close = (why: string) => this.#closing.resolve(why)
    this.client = {
      closed: this.#closing.promise,
      close,
      async request<Schema extends z.ZodType>(
        command: string,
        parameters: object,
        schema: Schema,
      ): Promise<DapOutcome<z.output<Schema>>> {
        if (command === 'initialize') {
          setImmediate(() => tell('initialized', undefined))
          // With an end to the beginning, whether its adapter had one or not.
          const body = { ...Object(capabilities), supportsConfigurationDoneRequest: true }
          return parsedOutcome(command, schema, body)
        }
        if (command === 'configurationDone') setImmediate(() => tell('stopped', event))
        const begins = beginning[command]
        if (begins !== undefined) return parsedOutcome(command, schema, begins)
        return answered(command, parameters, schema, exchanges)
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close('it has been ended')
  }
}

/** As it was answered last. */
function answered<Schema extends z.ZodType>(
  command: string,
  parameters: object,
  schema: Schema,
  exchanges: readonly Exchange[],
): DapOutcome<z.output<Schema>> {
  const same = exchanges.filter(
    one => one.command === command && isDeepStrictEqual(one.parameters, plain(parameters)),
  )
  const page = recordedPage(command, plain(parameters), exchanges)
  if (page !== undefined) return parsedOutcome(command, schema, page)
  const last = same.findLast(({ answer }) => answer.ok) ?? same.at(-1)
  if (last === undefined) return { kind: 'refused', message: 'was not asked for at this stop' }
  return last.answer.ok
    ? parsedOutcome(command, schema, last.answer.body)
    : { kind: 'refused', message: last.answer.why }
}

/** As it stands in a record. */
const plain = (parameters: object): unknown => JSON.parse(JSON.stringify(parameters))
