import type { JsonSchema } from '../../contract/json-schemas.ts'
import { withHeaders } from './headers.ts'

/** What can be asked for with the headers of a request for a file: see bytes/byte-answer.ts. */
export const byteHeaders: readonly JsonSchema[] = [
  {
    name: 'Range',
    in: 'header',
    required: false,
    description: 'one range of its bytes, such as bytes=0-1023 or bytes=-500',
    schema: { type: 'string' },
    example: 'bytes=0-1023',
  },
  {
    name: 'If-Range',
    in: 'header',
    required: false,
    description: 'the ETag of what is there already: where it is another, all of it comes',
    schema: { type: 'string' },
    example: '"0Z1bJq2mVYp3cT4kR5sW6x"',
  },
  {
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: 'the ETag of what is there already: where it is the same, nothing comes',
    schema: { type: 'string' },
    example: '"0Z1bJq2mVYp3cT4kR5sW6x"',
  },
]

const validators = ['ETag', 'Accept-Ranges'] as const

/** The bytes, under their own media type, which is that of the artifact. */
const content = {
  '*/*': {
    schema: { type: 'string', contentMediaType: 'application/octet-stream' },
    example: '<testsuites/>',
  },
}

export const byteAnswers = (): Record<string, JsonSchema> => ({
  200: withHeaders({ description: 'all of its bytes', content }, ...validators, 'Content-Disposition'),
  206: withHeaders(
    { description: 'the range of its bytes that was asked for; Content-Range says which', content },
    ...validators,
    'Content-Disposition',
    'Content-Range',
  ),
  304: withHeaders({ description: 'it is what If-None-Match names' }, ...validators),
})
