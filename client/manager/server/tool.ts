import type { Tool } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { operationNames, operations } from '../operations/operations.ts'

export const toolName = 'manage_servers'

type Properties = Record<string, unknown>

/** As agents are told of it: one tool, which takes the name of what is to be done. */
export function manageTool(): Tool {
  const each = operationNames.map(name => ({ name, ...operations[name] }))
  const parameters: Properties = Object.assign(
    {},
    ...each.map(({ input }) => z.toJSONSchema(input, { io: 'input' }).properties ?? {}).toReversed(),
  )
  return {
    name: toolName,
    title: 'MCP servers behind this gateway',
    description: [
      'Finds, installs and removes the MCP servers that are served here. What is installed can be called at once, as TARGET_TOOL.',
      'Operations, each with its params:',
      ...each.map(
        ({ name, describe, input }) => `- ${name}(${Object.keys(input.shape).join(', ')}): ${describe}`,
      ),
    ].join('\n'),
    inputSchema: {
      type: 'object',
      properties: {
        operation: { type: 'string', enum: [...operationNames], description: 'what to do' },
        params: { type: 'object', properties: parameters, description: 'of that operation' },
      },
      required: ['operation'],
    },
    outputSchema: {
      type: 'object',
      properties: {
        status: { type: 'string', enum: ['ok', 'error'] },
        details: { type: 'object' },
        files_updated: { type: 'array', items: { type: 'object' } },
        commands_run: { type: 'array', items: { type: 'object' } },
        warnings: { type: 'array', items: { type: 'string' } },
        errors: { type: 'array', items: { type: 'string' } },
      },
      required: ['status', 'details', 'files_updated', 'commands_run', 'warnings', 'errors'],
    },
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
  }
}

export type Called = { readonly operation: string; readonly params: unknown }

/** What a call asks for: parameters stand in `params`, or beside the operation; some agents write an object as its JSON. */
export function calledWith({
  operation,
  params,
  ...rest
}: Readonly<Record<string, unknown>>): Called | undefined {
  if (typeof operation !== 'string') return undefined
  const given = typeof params === 'string' ? decoded(params) : params
  const isTable = typeof given === 'object' && given !== null && !Array.isArray(given)
  if (!isTable)
    return { operation, params: given === undefined || given === null ? withoutNulls(rest) : given }
  return { operation, params: withoutNulls({ ...rest, ...given }) }
}

/** Agents give null for what they leave out. */
const withoutNulls = (given: object) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null))

function decoded(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
