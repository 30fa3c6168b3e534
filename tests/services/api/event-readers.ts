import { request } from 'undici'
import { type EventMessage, eventMessageSchema } from '../../../services/contract/event-message.ts'
import { query } from './log-readers.ts'
import type { Person, Rig } from './rig.ts'
import { until } from './until.ts'

type Asked = { fields?: Record<string, unknown>; person?: Person; lastEventId?: string }

/** Follows changes as NDJSON; what has come so far grows in `messages`. */
export async function follow(rig: Rig, { fields = {}, person = rig.alice, lastEventId }: Asked = {}) {
  const answer = await request(`${rig.api.url}/events?${query(fields)}`, {
    headers: {
      authorization: `Bearer ${person.secret}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
  })
  if (answer.statusCode !== 200) throw new Error(await answer.body.text())
  const messages: EventMessage[] = []
  const reading = (async () => {
    let rest = ''
    for await (const chunk of answer.body.setEncoding('utf8')) {
      const lines = `${rest}${chunk}`.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') messages.push(eventMessageSchema.parse(JSON.parse(line)))
    }
  })().catch(() => undefined)
  rig.t.teardown(() => answer.body.destroy())
  return { messages, over: reading, leave: () => answer.body.destroy() }
}

export const texts = (messages: readonly EventMessage[]): string[] =>
  messages.map(message => {
    switch (message.type) {
      case 'session':
        return `${message.session.id} ${message.session.status}`
      case 'command':
        return `${message.command.id} ${message.command.status}`
      case 'repository':
        return `${message.repository.name} ${message.repository.status}`
      case 'removed':
        return `${message.session} removed`
      case 'end':
        return `end ${message.reason}`
      default:
        return message.type
    }
  })

export const has = (messages: readonly EventMessage[], text: string) =>
  until(() => texts(messages).includes(text), text)

export const lastId = (messages: readonly EventMessage[]): string => {
  const last = messages.at(-1)
  return last === undefined || last.type === 'end' ? '' : last.id
}
