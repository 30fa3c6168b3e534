import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { answerOf, gateway } from '../stages/judge.ts'
import type { Stage } from '../stages/stage.ts'
import { connectMcp, type Gateway } from './mcp-client.ts'

type Telling = (event: Readonly<Record<string, unknown>>) => void

/** How long one call may take. */
const callMs = 120_000

/**
 * An agent without a model: calls what a stage says, in that order, and goes on whatever comes back. It tells what it did in the events
 * of `codex exec --json`, and leaves it to others to judge it.
 */
export async function runScriptedClient(stage: Stage, server: Gateway, tell: Telling): Promise<void> {
  await using mcp = await connectMcp(server)
  tell({ type: 'thread.started', thread_id: stage.name })
  tell({ type: 'turn.started' })
  const answers: unknown[] = []
  for (const [at, { tool, arguments: given }] of stage.calls.entries()) {
    const input = typeof given === 'function' ? given(answers) : given
    const item = { id: `item_${at}`, type: 'mcp_tool_call', server: gateway, tool, arguments: input }
    tell({ type: 'item.started', item: { ...item, status: 'in_progress' } })
    const answered = await mcp.client
      .callTool({ name: tool, arguments: input }, CallToolResultSchema, {
        signal: server.signal,
        timeout: callMs,
      })
      .then(
        ({ content, structuredContent, isError }) => ({
          result: { content, structured_content: structuredContent },
          status: isError === true ? 'failed' : 'completed',
        }),
        (error: unknown) => ({ error: { message: String(error) }, status: 'failed' }),
      )
    server.signal.throwIfAborted()
    tell({ type: 'item.completed', item: { ...item, ...answered } })
    answers.push(
      'result' in answered ? answerOf({ result: JSON.parse(JSON.stringify(answered.result)) }) : undefined,
    )
  }
  const text = stage.closing(answers)
  tell({ type: 'item.completed', item: { id: `item_${stage.calls.length}`, type: 'agent_message', text } })
  tell({ type: 'turn.completed' })
}
