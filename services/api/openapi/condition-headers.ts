import type { JsonSchema } from '../../contract/json-schemas.ts'
import { keyPattern } from '../../contract/keyed-operations.ts'

/** How keys and versions travel: see `keyed-operations.ts` and `versions.ts` of the contract. */

/** Of a request that makes something. */
export const idempotencyKey: JsonSchema = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'what makes this request one of its kind: sent again within a day, it makes nothing twice',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: keyPattern.source },
  example: '9f1d3c1e-fix-the-parser',
}

/** Of a request for an update. */
export const ifMatch: JsonSchema = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'the ETag of the version that is to be updated; without, the last update wins',
  schema: { type: 'string' },
  example: '"0Z1bJq2mVYp3cT4kR5sW6x"',
}
