import type { ChangeMessage } from '../../contract/event-message.ts'
import type { Change, ChangePlace } from '../../store/changes.ts'
import { toCommand, toRepository, toSession } from '../../store/rows.ts'
import { type EventText, eventText } from './event-text.ts'

/** A change in words, which are the same for everybody who may see it. */
export type ToldChange = ChangePlace & {
  readonly text: EventText
  /** Whether its session is gone with it. */
  readonly isRemoval: boolean
}

/** What is told behind a position, up to where that is everything, and whether there may be more behind that. */
export type ToldChanges = {
  readonly changes: readonly Pick<ToldChange, 'text' | 'isRemoval'>[]
  readonly upTo: number
  readonly more: boolean
}

export function toldChange(change: Change): ToldChange {
  const { position, session, owner, kind } = change
  return { position, session, owner, text: eventText(toMessage(change)), isRemoval: kind === 'removed' }
}

function toMessage(change: Change): ChangeMessage {
  const id = String(change.position)
  switch (change.kind) {
    case 'session':
      return { type: 'session', id, session: toSession(change.row) }
    case 'command':
      return { type: 'command', id, command: toCommand(change.row) }
    case 'repository':
      return { type: 'repository', id, repository: toRepository(change.row) }
    case 'removed':
      return { type: 'removed', id, session: change.session }
    case 'repository_removed':
      return { type: 'repository_removed', id, repository: change.repository }
  }
}
