import type { CodexEvents, ToolCallItem } from '../agents/codex-events.ts'
import { mismatch } from './pattern.ts'
import type { ExpectedCall, Stage } from './stage.ts'

export type Verdict = { readonly kind: 'passed' } | { readonly kind: 'failed'; readonly reason: string }

const failed = (reason: string): Verdict => ({ kind: 'failed', reason })

/** The name that the gateway has among an agent's MCP servers. */
export const gateway = 'gateway'

/**
 * Whether an agent did what a stage is for, by its transcript, and if not, the first reason. Pure. What counts is what came back, never that something
 * was tried, nor what the agent says of it, nor the exit code of its program. `read` knows what the agent's events are.
 */
export function judge(stage: Stage, transcript: string, read: (transcript: string) => CodexEvents): Verdict {
  let events: CodexEvents
  try {
    events = read(transcript)
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error))
  }
  const { items, unfinished, others, end } = events
  const calls = items.filter(item => item.type === 'mcp_tool_call')
  const done = forbiddenAmong(stage, calls) ?? expectedAmong(stage.calls, calls)
  // Often why it could not go on.
  const besides = done === undefined ? '' : `; ${done}`
  if (end.kind === 'failed') return failed(`the turn failed: ${end.message}${besides}`)
  const error = items.find(item => item.type === 'error')
  if (error !== undefined) return failed(`the agent told of an error: ${error.message}${besides}`)
  if (end.kind === 'untold') return failed(`the transcript ends before the turn does${besides}`)
  for (const item of items) {
    if (item.type === 'command_execution')
      return failed(`it used a shell, which is not allowed: ${item.command}`)
    if (item.type === 'file_change') return failed('it changed files, which is not allowed')
  }
  const unknown = others.find(type => !harmless.has(type))
  if (unknown !== undefined) return failed(`it did something that is none of its tools: ${unknown}`)
  if (unfinished.length > 0) return failed(`${unfinished[0]} was called, and has not come back`)
  if (done !== undefined) return failed(done)
  const last = items.findLast(item => item.type === 'agent_message')
  if (last === undefined) return failed('it said nothing in the end')
  if (!stage.says.test(last.text))
    return failed(
      `what it said in the end does not fit ${stage.says}: ${JSON.stringify(last.text.slice(0, 500))}`,
    )
  return { kind: 'passed' }
}

/** What an agent may do beside its tools: it notes what there is to do. */
const harmless = new Set(['todo_list'])

function forbiddenAmong({ forbidden }: Stage, calls: readonly ToolCallItem[]): string | undefined {
  for (const call of calls)
    for (const { tool, arguments: pattern, why } of forbidden)
      if (call.tool === tool && mismatch(pattern, call.arguments) === undefined)
        return `${tool} was called with ${JSON.stringify(call.arguments)}: ${why}`
  return undefined
}

/** Others may stand between them, but each has to come after the one before it. */
function expectedAmong(
  expected: readonly ExpectedCall[],
  calls: readonly ToolCallItem[],
): string | undefined {
  let from = 0
  for (const [at, one] of expected.entries()) {
    const found = calls.findIndex((call, place) => place >= from && faultIn(one, call) === undefined)
    if (found === -1) return whyMissing(one, expected[at - 1], calls, from)
    from = found + 1
  }
  return undefined
}

/** Of a call that nearly was the one, what speaks against it. */
function whyMissing(
  one: ExpectedCall,
  before: ExpectedCall | undefined,
  calls: readonly ToolCallItem[],
  from: number,
): string {
  const near = calls.slice(from).find(({ tool }) => tool === one.tool)
  if (near !== undefined) return `${one.tool}: ${faultIn(one, near)}`
  const early = calls.slice(0, from).some(call => faultIn(one, call) === undefined)
  if (early && before !== undefined) return `${one.tool} was called before ${before.tool}`
  return `${one.tool} was not called${before === undefined ? '' : ` after ${before.tool}`}`
}

function faultIn({ tool, accepts, answer }: ExpectedCall, call: ToolCallItem): string | undefined {
  if (call.server !== gateway) return `it was called at the server "${call.server}"`
  if (call.tool !== tool) return `it is ${call.tool}`
  const wrong = mismatch(accepts, call.arguments)
  if (wrong !== undefined) return `it was called with other arguments: ${wrong}`
  if (call.status !== 'completed')
    return `it ${call.status}: ${call.error?.message ?? answerText(call).slice(0, 500)}`
  const other = mismatch(answer, answerOf(call))
  return other === undefined ? undefined : `it answered something else: ${other}`
}

const answerText = ({ result }: Pick<ToolCallItem, 'result'>): string =>
  (result?.content ?? []).map(({ text }) => text ?? '').join('\n')

/** What a tool has answered, as data where it is some. */
export function answerOf(call: Pick<ToolCallItem, 'result'>): unknown {
  const structured = call.result?.structured_content
  if (structured !== undefined && structured !== null) return structured
  const text = answerText(call)
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
