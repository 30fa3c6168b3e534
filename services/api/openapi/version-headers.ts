import type { JsonSchema } from '../../contract/json-schemas.ts'

/** How versions travel: see `versions.ts` of the contract. */

/** Of a request for an update. */
export const ifMatch: JsonSchema = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description: 'the ETag of the version that is to be updated; without, the last update wins',
  schema: { type: 'string' },
}

/** Of an answer with something that can be updated. */
export const etag: Readonly<Record<string, JsonSchema>> = {
  ETag: { description: 'its version, for If-Match', schema: { type: 'string' } },
}
