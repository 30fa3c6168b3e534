import { visible } from '../../lib/visible.ts'
import type { ChangeMessage } from './event-message.ts'

/** A change as one line for people: `what id state`, and why where that is known. */
export const eventLine = (message: ChangeMessage): string => visible(wordsOf(message))

function wordsOf(message: ChangeMessage): string {
  switch (message.type) {
    case 'session': {
      const { id, status, failure, end_reason } = message.session
      return line('session', id, status, failure?.message ?? (end_reason === 'stopped' ? null : end_reason))
    }
    case 'command': {
      const { id, status, failure, exit_code } = message.command
      return line('command', id, status, failure?.message ?? (exit_code ? `exit code ${exit_code}` : null))
    }
    case 'repository': {
      const { name, status, failure } = message.repository
      return line('repository', name, status, failure?.message ?? null)
    }
    case 'removed':
      return line('session', message.session, 'deleted', null)
    case 'repository_removed':
      return line('repository', message.repository, 'deleted', null)
    case 'start':
      return 'start'
    case 'reset':
      return 'some changes are not known any more: list what there is'
  }
}

const line = (kind: string, id: string, status: string, why: string | null): string =>
  `${kind} ${id} ${status}${why === null ? '' : `: ${why}`}`
