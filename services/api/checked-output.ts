import type { z } from 'zod'
import { compiledSchema } from '../../lib/compiled-schema.ts'
import type { Operation, OutputOf } from '../contract/operation.ts'

/** What the runner answered to an operation, held to the contract; throws where it does not keep to that. */
export const checkedOutput = <O extends Operation>({ output }: O, value: unknown): OutputOf<O> =>
  parsed<O['output']>(output, value)

const parsed = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> =>
  compiledSchema(schema).parse(value)
