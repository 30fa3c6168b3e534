import { contract } from '../../services/contract/contract.ts'
import type { Operation } from '../../services/contract/operation.ts'
import { checkedInput } from './checked-input.ts'
import { inputSchema } from './json-schema.ts'
import type { JsonObject, Reader } from './reader.ts'
import type { Tool } from './tool.ts'
import { badCursor } from './tool-error.ts'
import type { McpName, Words } from './words/words.ts'
import { words } from './words.ts'

const cursor = {
  type: 'string',
  description:
    'the cursor of an earlier result, to get what follows it; the other fields may be left out then',
}

/** The words of an operation without its types. */
type PlainWords = Omit<Words<McpName>, 'defaults' | 'fields'> & {
  readonly defaults?: Readonly<Record<string, unknown>>
  readonly fields?: Readonly<Record<string, string | undefined>>
}

/** The tool of an operation: the contract's, in the words of this surface. */
export function operationTool(name: McpName): Tool {
  const operation: Operation = contract[name]
  const said: PlainWords = words[name]
  const { tool, reader, defaults = {}, own = {} } = said
  const input = operation.input.extend(own)
  return {
    name: tool,
    title: said.title,
    description: said.description,
    inputSchema: described(inputSchema(input), said),
    outputSchema: withCursor(reader),
    annotations: {
      title: said.title,
      readOnlyHint: operation.method === 'GET',
      destructiveHint: operation.method === 'DELETE' || said.destructive === true,
      idempotentHint: operation.method !== 'POST' || said.idempotent === true,
      openWorldHint: said.openWorld === true,
    },
    async run({ cursor: from, ...given }, call) {
      if (typeof from === 'string') {
        if (reader.next === undefined) throw badCursor(tool, from)
        return await reader.next(from, call)
      }
      const rest = from === undefined || from === null ? given : { ...given, cursor: from }
      return await reader.first(checkedInput(input, { ...defaults, ...rest }), call)
    },
  }
}

function described(schema: JsonObject, { defaults = {}, fields = {}, reader }: PlainWords): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(schema.properties).map(([name, property]) => {
      const { default: initial, ...rest } = { default: undefined, ...property }
      const description = fields[name]
      // A field that means something else here has another default as well, which its description tells.
      if (description !== undefined) return [name, { ...rest, description }]
      const own = defaults[name] ?? initial
      return [name, own === undefined ? rest : { ...rest, default: own }]
    }),
  )
  return { ...schema, properties: reader.next === undefined ? properties : { ...properties, cursor } }
}

function withCursor({ output, next }: Reader): JsonObject {
  const schema = output()
  return {
    ...schema,
    properties: {
      ...schema.properties,
      shortened: {
        type: 'array',
        items: { type: 'string' },
        description: 'what is not whole: texts that end in …, lists without their end',
      },
      ...(next === undefined
        ? {}
        : { cursor: { type: 'string', description: 'there is more: call again with it' } }),
    },
  }
}
