import type { Turn } from './script.ts'

/** An event of the Responses API's stream: its `type`, and what belongs to it. */
export type ResponseEvent = { readonly type: string } & Readonly<Record<string, unknown>>

/** Fixed, for a scripted model counts nothing; Codex wants the fields to be there. */
const usage = {
  input_tokens: 1,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: 1,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 2,
}

/**
 * A turn as the stream of one response: created, each item added and done, completed. `id` is the response's; ids of
 * items and calls are made from it, so that no two of a conversation are alike.
 */
export function turnEvents(id: string, model: string, turn: Turn): ResponseEvent[] {
  const output = itemsOf(id, turn)
  return [
    { type: 'response.created', response: response(id, model, 'in_progress') },
    ...output.flatMap((item, output_index) => [
      { type: 'response.output_item.added', output_index, item: { ...item, status: 'in_progress' } },
      ...deltas(turn, String(item.id), output_index),
      { type: 'response.output_item.done', output_index, item },
    ]),
    { type: 'response.completed', response: { ...response(id, model, 'completed'), output, usage } },
  ]
}

/** A response that fails for good: with this code Codex does not try again, and tells the message. */
export const failureEvents = (id: string, model: string, why: string): ResponseEvent[] => [
  { type: 'response.created', response: response(id, model, 'in_progress') },
  {
    type: 'response.failed',
    response: { ...response(id, model, 'failed'), error: { code: 'invalid_prompt', message: why } },
  },
]

const response = (id: string, model: string, status: string) => ({
  id,
  object: 'response',
  created_at: 0,
  model,
  status,
  output: [],
})

function itemsOf(id: string, turn: Turn): Record<string, unknown>[] {
  switch (turn.kind) {
    case 'calls':
      return turn.calls.map(({ tool, namespace, arguments: input }, index) => ({
        type: 'function_call',
        id: `fc_${id}_${index}`,
        call_id: `call_${id}_${index}`,
        name: tool,
        ...(namespace === undefined ? {} : { namespace }),
        arguments: JSON.stringify(input),
        status: 'completed',
      }))
    case 'message':
      return [
        {
          type: 'message',
          id: `msg_${id}`,
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: turn.text, annotations: [] }],
        },
      ]
  }
}

const deltas = (turn: Turn, item_id: string, output_index: number): ResponseEvent[] =>
  turn.kind === 'message'
    ? [{ type: 'response.output_text.delta', item_id, output_index, content_index: 0, delta: turn.text }]
    : []
