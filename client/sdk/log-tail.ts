import type { LogStream } from '../../services/contract/log-message.ts'
import { ConnectionError } from './connection-error.ts'
import type { Answer } from './transport.ts'

/** Of which stream the end is wanted, and how many bytes of it at the most. */
export type LogTailInput = {
  readonly session: string
  readonly command: string
  readonly stream: LogStream
  readonly most: number
}

/** The last bytes of a stream as it is now, and where in it they begin. */
export type LogTail = { readonly offset: number; readonly bytes: Uint8Array }

/** What the answer to a range of last bytes says: a part, or, of a stream that is empty, nothing as a whole. */
export async function tailIn(
  { status, header }: Pick<Answer, 'status' | 'header'>,
  body: AsyncIterable<Uint8Array>,
  { most, baseUrl }: { readonly most: number; readonly baseUrl: string },
): Promise<LogTail> {
  const [, first] =
    status === 206 ? (/^bytes (\d+)-/.exec(header('content-range') ?? '') ?? []) : [undefined, '0']
  const longest = status === 206 ? most : 0
  const bytes = new Uint8Array(most)
  let length = 0
  for await (const chunk of body) {
    if (length + chunk.length > longest) throw unexpected(baseUrl)
    bytes.set(chunk, length)
    length += chunk.length
  }
  if (first === undefined) throw unexpected(baseUrl)
  return { offset: Number(first), bytes: bytes.subarray(0, length) }
}

const unexpected = (baseUrl: string): ConnectionError =>
  new ConnectionError(
    'unexpected_answer',
    baseUrl,
    'it does not send the end of a log alone',
    'check that nothing on the way takes the header Range away',
  )
