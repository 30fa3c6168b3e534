import { ErrorCode, type McpError } from '@modelcontextprotocol/sdk/types.js'

/** Servers answer with the codes that the SDK has for its own errors: only by its words can they be told apart. */
const sdkSays = {
  late: /^MCP error -\d+: (?:Request timed out|Maximum total timeout exceeded)$/,
  closed: /^MCP error -\d+: Connection closed$/,
}

/** Whether an answer has not come in time; otherwise the server has given one, that is an error. */
export const isLate = ({ code, message }: McpError): boolean =>
  code === ErrorCode.RequestTimeout && sdkSays.late.test(message)

/** Whether the connection was lost; otherwise the server has answered. */
export const isLost = ({ code, message, data }: McpError): boolean =>
  code === ErrorCode.ConnectionClosed &&
  (sdkSays.closed.test(message) || Object(data).reason === 'connection_lost')
