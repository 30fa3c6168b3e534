import type { DebugSession } from '../../../services/contract/debug-resources.ts'
import { exampleOutputs } from '../../../services/contract/examples/outputs.ts'
import { failureReport, lineBreakpoint, probe, record } from '../../../services/contract/examples/things.ts'
import type { Ask, LiveAnswer } from '../../../services/contract/runner-messages.ts'
import { frame, stopped } from './debug-rig.ts'

/** Answers whatever can be asked about a debuggee, which stands where it stands. */
export const liveDebugger =
  (debug: DebugSession) =>
  (ask: Ask): LiveAnswer => ({ ok: true, value: answerTo(ask, debug) })

function answerTo({ operation, by }: Ask, debug: DebugSession): unknown {
  const variable = { value: '1', truncated: false, type: 'int', reference: 0 }
  const page = { total: 1, next: null }
  switch (operation) {
    case 'debug.status':
    case 'debug.continue':
    case 'debug.next':
    case 'debug.step_in':
    case 'debug.step_out':
    case 'debug.step_back':
    case 'debug.until':
    case 'debug.pause':
    case 'debug.terminate':
      return stopped(debug)
    case 'debug.run_to_failure':
      return failureReport
    case 'debug.trace':
    case 'debug.watch':
      return [probe]
    case 'debug.recorded':
      return { probes: [probe], records: [record], next: 1, lost: 0, more: false }
    case 'debug.break':
      return [lineBreakpoint]
    case 'debug.threads':
      return { threads: [{ id: 1, name: 'MainThread' }], ...page }
    case 'debug.stack':
      return { thread: 1, frames: [frame], ...page }
    case 'debug.scopes':
      return [{ name: 'Locals', reference: 1, expensive: false }]
    case 'debug.variables':
      return { variables: [{ name: 'x', ...variable }], ...page }
    case 'debug.evaluate':
    case 'debug.set':
      return variable
    case 'debug.control':
      return { control: null, you: by }
    case 'debug.replay':
      return exampleOutputs['debug.replay']
    case 'debug.viewers':
      return [{ ...by, connected: false, asked_at: null, acted_at: null, control: false }]
    case 'debug.diff':
    case 'debug.source':
    case 'debug.sources':
    case 'debug.modules':
    case 'debug.exception':
    case 'debug.disassemble':
    case 'debug.memory':
    case 'debug.write_memory':
      return exampleOutputs[operation]
  }
}
