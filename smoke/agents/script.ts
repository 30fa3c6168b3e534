/** What a scripted model does, turn by turn. Knows nothing of HTTP, and nothing of any agent. */

/** What the agent was told by a tool, as the model sees it. */
export type ToolOutput = { readonly callId: string; readonly text: string }

export type ToolCall = {
  readonly tool: string
  /** The group that the tool is in: tools of an MCP server are in `mcp__SERVER`. */
  readonly namespace?: string
  readonly arguments: Readonly<Record<string, unknown>>
}

/** One answer of the model: tools to call, or the words that end its turn. */
export type Turn =
  | { readonly kind: 'calls'; readonly calls: readonly [ToolCall, ...ToolCall[]] }
  | { readonly kind: 'message'; readonly text: string }

/** One step of a script: a turn, or how it follows from what the tools called so far have said, oldest first. */
export type Step = Turn | ((outputs: readonly ToolOutput[]) => Turn)

export const call = (tool: string, input: ToolCall['arguments'] = {}, namespace?: string): Turn => ({
  kind: 'calls',
  calls: [{ tool, arguments: input, ...(namespace === undefined ? {} : { namespace }) }],
})

export const message = (text: string): Turn => ({ kind: 'message', text })

export type NextTurn = { kind: 'turn'; step: number; turn: Turn } | { kind: 'stuck'; why: string }

/**
 * Which turn comes next follows from the outputs alone, one for each call made: a request that is repeated gets the same
 * answer, and conversations side by side do not disturb each other.
 */
export function nextTurn(steps: readonly Step[], outputs: readonly ToolOutput[]): NextTurn {
  let used = 0
  for (const [number, step] of steps.entries()) {
    const turn = typeof step === 'function' ? step(outputs.slice(0, used)) : step
    if (turn.kind === 'message' || used === outputs.length) return { kind: 'turn', step: number, turn }
    used += turn.calls.length
    if (used > outputs.length)
      return {
        kind: 'stuck',
        why: `step ${number} called ${turn.calls.length} tools, not all of which answered`,
      }
  }
  return { kind: 'stuck', why: `the script has ${steps.length} steps, and all of them are done` }
}
