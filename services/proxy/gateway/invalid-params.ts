import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js'

/** What was asked for cannot be understood; the message says what can be. */
export const invalidParams = (message: string): McpError => new McpError(ErrorCode.InvalidParams, message)
