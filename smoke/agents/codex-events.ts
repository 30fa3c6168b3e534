import { z } from 'zod'
import { printedEvent } from './printed-event.ts'

/** What `codex exec --json` prints, one object a line: the part that is read here. */

const text = z.string()

/** Something the agent did. `status` of a tool call is `failed` where the tool answered with an error, too. */
export const itemSchema = z.discriminatedUnion('type', [
  z.object({ id: text, type: z.literal('agent_message'), text }),
  z.object({ id: text, type: z.literal('reasoning'), text }),
  z.object({ id: text, type: z.literal('error'), message: text }),
  z.object({
    id: text,
    type: z.literal('mcp_tool_call'),
    server: text,
    tool: text,
    arguments: z.unknown().optional(),
    /** What the server answered; null where it did not. */
    result: z
      .object({
        content: z.array(z.looseObject({ type: text, text: text.optional() })),
        structured_content: z.unknown().optional(),
      })
      .nullish(),
    /** Why there is no answer: a time limit, a refusal. */
    error: z.object({ message: text }).nullish(),
    status: z.enum(['in_progress', 'completed', 'failed']),
  }),
  z.object({
    id: text,
    type: z.literal('command_execution'),
    command: text,
    aggregated_output: text,
    exit_code: z.int().nullish(),
    status: text,
  }),
  z.object({ id: text, type: z.literal('file_change'), status: text }),
])
export type CodexItem = z.infer<typeof itemSchema>
export type ToolCallItem = Extract<CodexItem, { type: 'mcp_tool_call' }>

const eventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread.started'), thread_id: text }),
  z.object({ type: z.literal('turn.started') }),
  z.object({
    type: z.enum(['item.started', 'item.updated', 'item.completed']),
    item: z.looseObject({ type: text }),
  }),
  z.object({ type: z.literal('turn.completed') }),
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: text }) }),
  z.object({ type: z.literal('error'), message: text }),
])

/** How the agent's turn ended. Codex tells nothing where a signal ended it. */
export type TurnEnd = { kind: 'completed' } | { kind: 'failed'; message: string } | { kind: 'untold' }

export type CodexEvents = {
  items: CodexItem[]
  /** What was begun and has not come back: the tools of calls, and of other items their types. */
  unfinished: string[]
  /** The types of items that are none of those, such as a search of the web, begun or over. */
  others: string[]
  end: TurnEnd
}

/**
 * What a whole run did, from what it printed. Throws on a line that is none of these: the events are an interface, and
 * a change of it shall be seen. A turn that has failed stays failed, whatever comes after it.
 */
export function readCodexEvents(stdout: string): CodexEvents {
  const items: CodexItem[] = []
  const begun = new Map<string, string>()
  const others = new Set<string>()
  let end: TurnEnd = { kind: 'untold' }
  for (const [at, line] of stdout.split('\n').entries()) {
    if (line === '') continue
    const event = printedEvent(eventSchema, 'Codex', line, at + 1)
    switch (event.type) {
      case 'item.completed':
        begun.delete(String(event.item.id))
        if (itemTypes.has(event.item.type)) items.push(itemIn(event.item, at + 1))
        else others.add(event.item.type)
        break
      case 'turn.completed':
        if (end.kind !== 'failed') end = { kind: 'completed' }
        break
      case 'turn.failed':
        end = { kind: 'failed', message: event.error.message }
        break
      case 'item.started':
        if (event.item.type === 'mcp_tool_call') begun.set(String(event.item.id), String(event.item.tool))
        else if (actions.has(event.item.type)) begun.set(String(event.item.id), event.item.type)
        else if (!itemTypes.has(event.item.type)) others.add(event.item.type)
        break
      case 'thread.started':
      case 'turn.started':
      case 'item.updated':
        break
      case 'error':
        // Of no item, but as much an error: a try that is repeated tells one, and so does what ends the turn.
        items.push({ id: '', type: 'error', message: event.message })
        break
    }
  }
  return { items, unfinished: [...begun.values()], others: [...others], end }
}

/** What changes something as soon as it is begun. */
const actions = new Set(['command_execution', 'file_change'])

function itemIn(item: object, number: number): CodexItem {
  const { success, data, error } = itemSchema.safeParse(item)
  if (success) return data
  throw new Error(`line ${number} is no item of Codex as it is known here`, { cause: error })
}

const itemTypes = new Set<string>(itemSchema.options.map(option => option.shape.type.value))
