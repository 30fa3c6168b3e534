import { dapRefusal } from '../contract/dap.ts'
import { type FromRunner, longestAnswer } from '../contract/runner-messages.ts'

/**
 * A message as the line that peers get, with its end. One that is longer than they take would cost them the connection,
 * and everybody behind them all that goes over it: whoever waits for it is refused in its place, and else nothing is said.
 */
export function saidLine(message: FromRunner): string {
  const line = `${JSON.stringify(message)}\n`
  if (line.length <= longestAnswer) return line
  const less = refusalOf(message)
  return less === undefined ? '' : `${JSON.stringify(less)}\n`
}

const tooLarge = 'the answer is too large'

function refusalOf(message: FromRunner): FromRunner | undefined {
  if (message.type === 'answer')
    return { type: 'refusal', id: message.id, code: 'debugger_refused', detail: tooLarge }
  if (message.type !== 'dap' || message.message.type !== 'response') return undefined
  const { client, message: answer } = message
  return { type: 'dap', client, message: dapRefusal({ ...answer, seq: answer.request_seq }, tooLarge) }
}
