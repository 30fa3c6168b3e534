import { contract, type OperationName, operationNames } from '../contract.ts'
import { inputSchema, type JsonSchema, outputSchema } from '../json-schemas.ts'
import { type Operation, pathParameters } from '../operation.ts'
import type { ProblemCode } from '../problems.ts'

/** What a manual says of one field of an operation's input. */
export type FieldEntry = {
  readonly name: string
  readonly place: 'path' | 'query' | 'body'
  readonly schema: JsonSchema
  readonly required: boolean
  /** As JSON; undefined where there is none. */
  readonly initial: string | undefined
  readonly meaning: string
}

/** What a manual says of one operation, whatever the manual is written in. */
export type OperationEntry = Pick<
  Operation,
  'method' | 'path' | 'alsoAt' | 'access' | 'summary' | 'answer' | 'status' | 'surfaces'
> & {
  readonly name: OperationName
  readonly fields: readonly FieldEntry[]
  /** Undefined where it answers with bytes. */
  readonly output: JsonSchema | undefined
  /** Those that it declares; of the others see operation-problems.ts. */
  readonly errors: readonly ProblemCode[]
}

export function operationEntry(name: OperationName): OperationEntry {
  const operation: Operation = contract[name]
  return {
    ...operation,
    name,
    fields: fieldsOf(operation),
    output: operation.answer === 'bytes' ? undefined : outputSchema(operation.output),
  }
}

/** All operations by the kind of thing they are about, in the order of the contract. */
export const operationGroups = (): ReadonlyMap<string, readonly OperationEntry[]> =>
  Map.groupBy(operationNames.map(operationEntry), ({ name }) => name.split('.', 1)[0] ?? name)

function fieldsOf(operation: Operation): FieldEntry[] {
  const { properties, required } = inputSchema(operation.input)
  const inPath = pathParameters(operation.path)
  const elsewhere = operation.method === 'GET' || operation.method === 'DELETE' ? 'query' : 'body'
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    place: inPath.includes(name) ? 'path' : elsewhere,
    schema,
    required: required.includes(name),
    initial: 'default' in schema ? JSON.stringify(schema.default) : undefined,
    meaning: typeof schema.description === 'string' ? schema.description : '',
  }))
}
