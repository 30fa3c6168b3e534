import { didYouMean } from '../../lib/suggest.ts'
import { contract } from '../../services/contract/contract.ts'
import { debugOperationNames } from '../../services/contract/debug-message.ts'
import { inputSchema } from './json-schema.ts'
import type { Tool } from './tool.ts'
import { ToolError } from './tool-error.ts'

/**
 * All debug operations under one name, for clients that are written for such a tool: `action` is the operation's name,
 * `payload` its fields. It is the same as calling the operation's own tool.
 */
export function sessionDebug(toolOf: (action: string) => Tool | undefined): Tool {
  const actions = debugOperationNames
    .filter(name => toolOf(name) !== undefined)
    .map(name => name.slice('debug.'.length))
  return {
    name: 'session_debug',
    title: 'Debug, by action',
    description: `Any debug operation by name: action is one of ${actions.join(', ')}, payload holds the fields of the tool debug_ACTION, without session. The same as calling that tool; prefer those, which say what they take. Returns what that tool returns.`,
    inputSchema: {
      type: 'object',
      properties: {
        session: inputSchema(contract['sessions.get'].input).properties.session ?? {},
        action: { type: 'string', enum: actions, description: 'which operation' },
        payload: {
          type: 'object',
          additionalProperties: true,
          default: {},
          description: 'the fields of the operation, cursor included',
        },
      },
      required: ['session', 'action'],
      additionalProperties: false,
    },
    // That of each tool is told with it: all of them again would be a quarter of the list.
    outputSchema: { type: 'object', properties: {} },
    annotations: {
      title: 'Debug, by action',
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: false,
      openWorldHint: false,
    },
    async run({ session, action, payload, ...more }, call) {
      const [stranger] = Object.keys(more)
      if (stranger !== undefined)
        throw new ToolError(
          'invalid_input',
          `"${stranger}" is no field of this`,
          'the fields are session, action and payload; what the operation takes goes into payload',
        )
      const name = `debug.${String(action)
        .replace(/^debug[._]/, '')
        .replaceAll('-', '_')}`
      const tool = toolOf(name)
      if (typeof action !== 'string' || tool === undefined)
        throw new ToolError(
          'invalid_input',
          `action ${JSON.stringify(action) ?? 'is missing'}: expected one of ${actions.join(', ')}`,
          typeof action === 'string' ? didYouMean(action, actions) : undefined,
        )
      if (
        payload !== undefined &&
        payload !== null &&
        (typeof payload !== 'object' || Array.isArray(payload))
      )
        throw new ToolError('invalid_input', 'payload: expected an object with the fields of the operation')
      return await tool.run({ ...payload, session }, { ...call, tool: tool.name })
    },
  }
}
