import { z } from 'zod'
import { contract } from '../../../services/contract/contract.ts'
import type { CallName } from '../../sdk/operation-types.ts'
import { objectSchema } from '../json-schema.ts'
import { roomBeside } from '../part.ts'
import type { Reader } from '../reader.ts'
import { shortened } from '../shortened.ts'
import { callAndTell } from '../waiting.ts'

/** The operations that answer with one thing. Only its longest texts and lists could make it too large. */
export const whole = (name: CallName): Reader => ({
  async first(input, call) {
    const { value, paths } = shortened(await callAndTell(name, input, call), roomBeside({}, ''))
    return { value: { ...Object(value), ...(paths.length === 0 ? {} : { shortened: paths }) } }
  },
  next: undefined,
  output() {
    const { output } = contract[name]
    if (!(output instanceof z.ZodObject)) throw new TypeError(`${name} does not answer with an object`)
    return objectSchema(output, 'output')
  },
})
