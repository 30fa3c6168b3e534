import { visible } from '../../../lib/visible.ts'
import type { RecordEntry } from '../../../services/contract/debug-record.ts'
import { standing } from './debug-session.ts'

const longest = 200

/** `15:04:05.678`, of an instant in UTC. */
const clock = (at: string): string => at.slice(11, 23)

/** An entry in one line. */
export function renderEntry({ n, at, from, by, cut, message }: RecordEntry): string {
  const arrow = from === 'server' ? '→' : from === 'adapter' ? '←' : '·'
  const whose =
    by === null ? '' : ` (${visible(by.user)}${by.client === null ? '' : `, ${visible(by.client)}`})`
  const left = cut === undefined ? '' : ` … ${cut} bytes`
  return `${String(n).padStart(5)} ${clock(at)} ${arrow} ${inShort(wordsOf(message))}${left}${whose}\n`
}

function wordsOf(message: RecordEntry['message']): string {
  switch (message.type) {
    case 'request':
      return `${message.command} ${jsonOf(message.arguments)}`
    case 'response':
      return message.success
        ? `${message.command} (to ${message.request_seq}) ${jsonOf(message.body)}`
        : `${message.command} (to ${message.request_seq}) refused: ${message.message ?? ''}`
    case 'event':
      return `event ${message.event} ${jsonOf(message.body)}`
    case 'record':
      return `the record of ${message.debug.id}`
    case 'state':
      return `${message.event}: ${standing(message.debug)}`
    case 'unanswered':
      return `${message.command} (to ${message.request_seq}) unanswered: ${message.why}`
    case 'dropped':
      return `${message.entries} entries came too fast to be kept`
  }
}

const jsonOf = (value: unknown): string => (value === undefined ? '' : JSON.stringify(value))

const inShort = (text: string): string => {
  const line = visible(text)
  return line.length <= longest ? line : `${line.slice(0, longest)}…`
}
