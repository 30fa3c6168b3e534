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

/**
 * What the answer to a range of last bytes says: the part, or the whole of a stream that was empty when it was looked at,
 * and need not be any more when it is sent.
 */
export async function tailIn(
  { status, header }: Pick<Answer, 'status' | 'header'>,
  body: AsyncIterable<Uint8Array>,
  { most, baseUrl }: { readonly most: number; readonly baseUrl: string },
): Promise<LogTail> {
  const [, first] =
    status === 206 ? (/^bytes (\d+)-/.exec(header('content-range') ?? '') ?? []) : [undefined, '0']
  if (first === undefined || header('content-type')?.startsWith('text/plain') !== true)
    throw unexpected(baseUrl)
  let offset = Number(first)
  let bytes = new Uint8Array()
  for await (const chunk of body) {
    const all = new Uint8Array(bytes.length + chunk.length)
    all.set(bytes)
    all.set(chunk, bytes.length)
    bytes = all.slice(-most)
    offset += all.length - bytes.length
  }
  return { offset, bytes }
}

const unexpected = (baseUrl: string): ConnectionError =>
  new ConnectionError(
    'unexpected_answer',
    baseUrl,
    'it does not send the end of a log alone',
    'check that nothing on the way takes the header Range away',
  )
