import type { DapRequest } from '../../../contract/dap.ts'

const acts = new Set([
  ...['continue', 'next', 'stepIn', 'stepOut', 'stepBack', 'reverseContinue', 'goto', 'pause'],
  ...['setVariable', 'setExpression', 'writeMemory', 'restart', 'restartFrame', 'terminate'],
  'terminateThreads',
])

/** What editors ask to be evaluated by themselves, at each stop and wherever the mouse is. */
const unasked = new Set(['watch', 'hover', 'variables', 'clipboard'])

/**
 * Whether a request of an editor acts on the debuggee. Its breakpoints do not: each editor has its own, which go with it,
 * and sends them unasked.
 */
export function isActOfEditor({ command, arguments: given }: DapRequest): boolean {
  switch (command) {
    case 'evaluate':
      return typeof given?.context !== 'string' || !unasked.has(given.context)
    case 'disconnect':
      return given?.terminateDebuggee === true
    default:
      return acts.has(command)
  }
}
