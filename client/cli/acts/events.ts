import { visible } from '../../../lib/visible.ts'
import type { EventMessage } from '../../../services/contract/event-message.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { write } from '../io.ts'
import type { Act } from '../words/words.ts'

/** Prints what changes, one a line, until there is no more or somebody stops it. */
export const act: Act<'events.follow'> = async (input, { client, io, json }) => {
  for await (const message of client.events.follow(input, { signal: io.signal })) {
    if (json) await write(io.stdout, `${JSON.stringify(message)}\n`, io.signal)
    else {
      const text = lineOf(message)
      if (text !== undefined) await write(io.stdout, `${visible(text)}\n`, io.signal)
    }
    if (message.type === 'end' && message.problem !== undefined) throw new ProblemError(message.problem)
  }
  return exitCodes.success
}

/** `what id state`, and why where that is known; nothing for what is told to programs. */
function lineOf(message: EventMessage): string | undefined {
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
    case 'reset':
      return 'some changes are not known any more: list what there is'
    case 'start':
    case 'end':
      return undefined
  }
}

const line = (kind: string, id: string, status: string, why: string | null): string =>
  `${kind} ${id} ${status}${why === null ? '' : `: ${why}`}`
