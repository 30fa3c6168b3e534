import { z } from 'zod'
import type { ToolOutput } from './script.ts'

/** A tool as the model is told of it; those of an MCP server come as a namespace with tools of its own. */
const toolSchema = z.looseObject({
  type: z.string(),
  name: z.string().optional(),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
})

const outputSchema = z.looseObject({
  type: z.string().regex(/_call_output$/),
  call_id: z.string(),
  output: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]),
})

/** What is read of a request to `POST /v1/responses`; the rest of it is the agent's affair. */
export const modelRequestSchema = z.looseObject({
  model: z.string(),
  input: z.array(z.looseObject({ type: z.string().optional() })),
  tools: z.array(toolSchema).default([]),
})
export type ModelRequest = z.infer<typeof modelRequestSchema>

/** What the tools have answered in this conversation, oldest first. */
export const toolOutputs = ({ input }: ModelRequest): ToolOutput[] =>
  input.flatMap(item => {
    const { success, data } = outputSchema.safeParse(item)
    if (!success) return []
    const { call_id, output } = data
    const text = typeof output === 'string' ? output : output.map(part => part.text ?? '').join('\n')
    return [{ callId: call_id, text }]
  })

/** The names of the tools in a namespace, sorted; without one, of those that are in none. */
export const toolNames = ({ tools }: ModelRequest, namespace?: string): string[] =>
  (namespace === undefined
    ? tools.filter(tool => tool.tools === undefined).map(tool => tool.name ?? tool.type)
    : tools
        .filter(tool => tool.type === 'namespace' && tool.name === namespace)
        .flatMap(tool => (tool.tools ?? []).map(({ name }) => name))
  ).toSorted()
