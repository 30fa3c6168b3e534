import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'
import { failureOf, failureText } from './failure.ts'
import type { Surroundings } from './surroundings.ts'

/** The code that the protocol has for a resource that is not there. */
const resourceNotFound = -32_002

/** What was asked for cannot be understood; the message says what can be. */
export const invalidParams = (message: string): McpError => new McpError(ErrorCode.InvalidParams, message)

/**
 * Answers with what `work` resolves with; why it fails becomes an error of the protocol, in the words that a tool would
 * use. For what is asked for outside of tools, where no result could say it.
 */
export async function orProtocolError<Result>(
  { connections, report }: Surroundings,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof McpError) throw error
    const failure = failureOf(error, connections.tokenFrom)
    if (failure === undefined) {
      report(error)
      throw new McpError(
        ErrorCode.InternalError,
        'this program made a mistake; it stands on its standard error',
      )
    }
    const code = failure.code.endsWith('_not_found') ? resourceNotFound : ErrorCode.InternalError
    throw new McpError(code, failureText(failure))
  }
}
