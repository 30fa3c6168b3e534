import t from 'tap'
import { ConnectionError } from '../../../client/sdk/connection-error.ts'
import { ProblemError } from '../../../client/sdk/problem-error.ts'
import { resumingEvents } from '../../../client/sdk/resuming-events.ts'
import type { EventMessage } from '../../../services/contract/event-message.ts'
import { problemDocument } from '../../../services/contract/problems.ts'
import { session } from '../samples.ts'

const change = (id: string): EventMessage => ({ type: 'session', id, session: session() })
const end = (reason: Extract<EventMessage, { type: 'end' }>['reason']): EventMessage => ({
  type: 'end',
  reason,
})

/** Each connection brings what it is given, or fails. */
function events(...connections: (readonly EventMessage[] | Error)[]) {
  const asked: unknown[] = []
  const pauses: number[] = []
  const messages = resumingEvents({
    input: { once: false },
    baseUrl: 'http://server',
    elapsed: () => 0,
    pause: async milliseconds => void pauses.push(milliseconds),
    open: async input => {
      asked.push(input.after)
      const next = connections.shift()
      if (next === undefined) throw new Error('one connection too many')
      if (next instanceof Error) throw next
      return (async function* () {
        yield* next
      })()
    },
  })
  return { messages, asked, pauses }
}

t.test(
  'a connection that breaks, and one that the server ends for now, is made anew behind the last id',
  async t => {
    const lost = new ConnectionError('dropped', 'http://server', 'reset', 'check')
    const { messages, asked, pauses } = events(
      [{ type: 'start', id: '4' }, change('5')],
      lost,
      [change('7'), end('server_stopping')],
      [{ type: 'reset', id: '9' }, end('slow_reader')],
      [change('11'), end('session_deleted')],
    )
    const told = await Array.fromAsync(messages)
    t.same(
      told.map(message => (message.type === 'end' ? message.reason : message.id)),
      ['4', '5', '7', '9', '11', 'session_deleted'],
    )
    t.same(asked, [undefined, '5', '5', '7', '9'])
    t.same(pauses, [100, 200, 100, 100])
  },
)

t.test('what is refused, and what never was, is not tried again', async t => {
  const refused = new ProblemError(problemDocument('insufficient_scope', 'no'))
  await t.rejects(Array.fromAsync(events([change('1')], refused).messages), refused)
  const away = new ConnectionError('unreachable', 'http://server', 'refused', 'check')
  await t.rejects(Array.fromAsync(events(away).messages), away)
})
