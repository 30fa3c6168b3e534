import { ProblemError } from '../sdk/problem-error.ts'
import { callOperation, type Fields, type ToolCall } from './tool-call.ts'

/**
 * The input with its session and its debug session by id. `@last`, and the latest debug session where none is named, may
 * be others by the time that a cursor is used: what it goes on with would be of another program. Where the server does
 * not tell them just now they stay as they are, for the result itself is there.
 */
export async function pinned(input: Fields, call: ToolCall): Promise<Fields> {
  const { session, debug } = input
  try {
    const found = await callOperation('debug.status', { session, debug }, call)
    return { ...input, session: found.session, debug: found.id }
  } catch (error) {
    if (error instanceof ProblemError) return input
    throw error
  }
}

/** As long as what `pinned` gives, for who counts bytes before. */
export const longestPinned = (input: Fields): Fields => ({ ...input, session: longestId, debug: longestId })

const longestId = 'x'.repeat(16)
