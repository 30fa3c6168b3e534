import { debugOperations } from '../../../contract/operations/debug.ts'
import type { Ask } from '../../../contract/runner-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { onBehalfOf } from './acting.ts'

/** Does what a viewer asks for, on their behalf. Throws a Refusal where it acts and another has the control. */
export function admitted<T>(
  { viewers }: Pick<LiveDebugSession, 'viewers'>,
  { operation, input, by, person }: Pick<Ask, 'operation' | 'input' | 'by' | 'person'>,
  work: () => Promise<T>,
): Promise<T> {
  return onBehalfOf(by, () => {
    if (isAct(operation, input)) return viewers.acts(by, work, person)
    viewers.looks(by)
    return work()
  })
}

/** What needs the scope to act does, but for the control itself, and for a list of breakpoints. */
function isAct(operation: Ask['operation'], input: Ask['input']): boolean {
  if (debugOperations[operation].access !== 'debug:write') return false
  switch (operation) {
    case 'debug.control':
      return false
    case 'debug.break':
      return Object.values(input).some(value => Array.isArray(value) && value.length > 0)
    default:
      return true
  }
}
