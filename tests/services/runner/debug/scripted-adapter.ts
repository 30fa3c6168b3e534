/**
 * A debug adapter of no debugger, on stdio: it does what its argument says, a `Script` as JSON. What the script does not
 * name is agreed to with an empty body.
 */
import { DapDecoder, encodeDap } from '../../../../lib/dap-framing.ts'

export type Script = Readonly<Record<string, Reaction>>

/** `events` are said before the answer; `echo`: and what was asked, as an output of the category `asked`. */
export type Reaction = {
  readonly answer?: 'refused' | 'none'
  readonly body?: unknown
  readonly echo?: boolean
  readonly events?: readonly { readonly event: string; readonly body?: unknown }[]
}

type Request = { seq: number; command: string; arguments?: unknown }

const script: Script = JSON.parse(process.argv[2] ?? '{}')
const decoder = new DapDecoder()
let seq = 0

process.stdin.on('data', piece => {
  for (const text of decoder.push(piece)) react(JSON.parse(text))
})

function react({ seq: request_seq, command, arguments: given }: Request): void {
  const { answer, body = {}, events = [], echo = false } = script[command] ?? {}
  const success = answer !== 'refused'
  const output = JSON.stringify({ command, ...Object(given) })
  if (echo) say({ type: 'event', event: 'output', body: { category: 'asked', output } })
  for (const event of events) say({ type: 'event', ...event })
  if (answer !== 'none') say({ type: 'response', request_seq, command, success, message: 'not now', body })
}

function say(message: object): void {
  process.stdout.write(encodeDap({ seq: ++seq, ...message }))
}
