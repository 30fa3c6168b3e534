import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { treeErrorOf } from '../../../lib/tree/tree.ts'
import { TreeError } from '../../../lib/tree/tree-error.ts'
import { UserError } from '../../../lib/user-error.ts'

/** Texts, one after the other: agents that are given structure besides show that alone. */
export const answered = (...texts: readonly string[]): CallToolResult => ({
  content: texts.filter(text => text !== '').map(text => ({ type: 'text', text })),
})

/** What a tool answers; an outcome that was to be expected is told to its caller, a mistake of ours without its stack. */
export async function answering(
  signal: AbortSignal,
  work: () => Promise<CallToolResult>,
): Promise<CallToolResult> {
  try {
    return await work()
  } catch (error) {
    // Nobody waits for it.
    if (signal.aborted) return failed('it was given up')
    const told = treeErrorOf(error)
    if (told instanceof TreeError) return failed(`${told.message} (${told.code})`)
    if (told instanceof UserError) return failed(told.toText())
    console.error(error)
    return failed('the tool made a mistake; it stands in the log')
  }
}

const failed = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })
