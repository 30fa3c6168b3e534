import type { JsonSchema } from '../../contract/json-schemas.ts'

/** What can be asked for with the headers of a request for a file: see bytes/byte-answer.ts. */
export const byteHeaders: readonly JsonSchema[] = [
  {
    name: 'Range',
    in: 'header',
    required: false,
    description: 'one range of its bytes, such as bytes=0-1023 or bytes=-500',
    schema: { type: 'string' },
  },
  {
    name: 'If-Range',
    in: 'header',
    required: false,
    description: 'the ETag of what is there already: where it is another, all of it comes',
    schema: { type: 'string' },
  },
  {
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: 'the ETag of what is there already: where it is the same, nothing comes',
    schema: { type: 'string' },
  },
]

/** The bytes, under their own media type, which is that of the artifact. */
const content = { '*/*': { schema: { type: 'string', contentMediaType: 'application/octet-stream' } } }

export const byteAnswers = (): Record<string, JsonSchema> => ({
  200: { description: 'all of its bytes', content },
  206: { description: 'the range of its bytes that was asked for; Content-Range says which', content },
  304: { description: 'it is what If-None-Match names' },
})
