import { z } from 'zod'
import { gateway } from '../stages/judge.ts'
import type { CodexEvents, CodexItem } from './codex-events.ts'
import { printedEvent } from './printed-event.ts'

/** What `opencode run --format json` prints, one object a line: the part that is read here. A tool is told of when it is over. */

const text = z.string()

const toolSchema = z.object({
  type: z.literal('tool'),
  tool: text,
  callID: text,
  state: z.discriminatedUnion('status', [
    z.object({ status: z.literal('completed'), input: z.unknown(), output: text }),
    z.object({ status: z.literal('error'), input: z.unknown(), error: text }),
  ]),
})
type ToolPart = z.output<typeof toolSchema>

const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step_start') }),
  z.object({ type: z.literal('step_finish'), part: z.object({ reason: text }) }),
  z.object({ type: z.literal('text'), part: z.object({ id: text, text }) }),
  z.object({ type: z.literal('reasoning'), part: z.object({ id: text, text }) }),
  z.object({ type: z.literal('tool_use'), part: toolSchema }),
  z.object({
    type: z.literal('error'),
    error: z.looseObject({ name: text, data: z.looseObject({ message: text.optional() }).optional() }),
  }),
])

/**
 * What a whole run did, as Codex would have told it, from what opencode has printed. Throws on a line that is none of these. Its turn
 * is over where a step ends and no tool was called; an error stays one, whatever comes after it.
 */
export function readOpencodeEvents(stdout: string): CodexEvents {
  const items: CodexItem[] = []
  const others = new Set<string>()
  let end: CodexEvents['end'] = { kind: 'untold' }
  for (const [at, line] of stdout.split('\n').entries()) {
    if (line === '') continue
    const event = printedEvent(eventSchema, 'opencode', line, at + 1)
    switch (event.type) {
      case 'tool_use': {
        const item = itemOf(event.part)
        if (item === undefined) others.add(event.part.tool)
        else items.push(item)
        break
      }
      case 'text':
        items.push({ id: event.part.id, type: 'agent_message', text: event.part.text })
        break
      case 'reasoning':
        items.push({ id: event.part.id, type: 'reasoning', text: event.part.text })
        break
      case 'step_finish':
        if (end.kind !== 'failed') end = endOf(event.part.reason)
        break
      case 'error':
        end = { kind: 'failed', message: event.error.data?.message ?? event.error.name }
        break
      case 'step_start':
        break
    }
  }
  return { items, unfinished: [], others: [...others], end }
}

const changing = new Set(['edit', 'write', 'patch', 'apply_patch', 'multiedit'])

/** Undefined for what is neither a tool of the gateway, nor a shell, nor a change of files. */
function itemOf({ tool, callID: id, state }: ToolPart): CodexItem | undefined {
  const { input } = state
  const failed = state.status === 'error'
  if (tool.startsWith(`${gateway}_`))
    return {
      ...{
        id,
        type: 'mcp_tool_call',
        server: gateway,
        tool: tool.slice(gateway.length + 1),
        arguments: input,
      },
      ...(failed
        ? { status: 'failed', error: { message: state.error } }
        : { status: 'completed', result: { content: [{ type: 'text', text: state.output }] } }),
    }
  if (tool === 'bash') {
    const command = z.object({ command: text }).safeParse(input).data?.command ?? JSON.stringify(input)
    return { id, type: 'command_execution', command, aggregated_output: '', status: state.status }
  }
  return changing.has(tool) ? { id, type: 'file_change', status: state.status } : undefined
}

/** Every reason but these two means that the model was cut short. */
function endOf(reason: string): CodexEvents['end'] {
  switch (reason) {
    case 'stop':
      return { kind: 'completed' }
    case 'tool-calls':
      return { kind: 'untold' }
    default:
      return { kind: 'failed', message: `the model ended for the reason "${reason}"` }
  }
}
