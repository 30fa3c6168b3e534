import { ConnectionError } from './connection-error.ts'
import { attempts, backoff, isPassing } from './retry.ts'
import type { Answer } from './transport.ts'

/** A file that a server answers with. */
export type Download = {
  /** How many bytes it has as a whole. */
  readonly bytes: number
  /** Its version: another one has other bytes. */
  readonly etag: string
  /** The place of the first byte of `body`: where one wanted to go on, or 0 where that was of another version. */
  readonly offset: number
  readonly mediaType: string
  /** Its bytes, to be read once. Rejects where they cannot be had to their end. */
  readonly body: AsyncIterable<Uint8Array>
}

/** Where in a file one begins. */
export type DownloadFrom = {
  readonly offset: number
  /** The version that one has some of already; of another one, all is sent. */
  readonly etag?: string | undefined
  /** The byte before which to stop; default: its end. */
  readonly end?: number | undefined
}

export type OpenedBytes = Pick<Answer, 'status' | 'header'> & { readonly body: AsyncIterable<Uint8Array> }

export type DownloadOptions = {
  readonly baseUrl: string
  readonly from?: DownloadFrom | undefined
  /** One request with these headers: resolves once the server has begun to answer with 200 or 206. */
  readonly open: (headers: Readonly<Record<string, string>>) => Promise<OpenedBytes>
  /** Waits, or rejects with the reason of the caller's signal. */
  readonly pause: (milliseconds: number) => Promise<void>
}

/** Asks for a file. What fails before the first answer is not tried again. */
export async function downloadOf(options: DownloadOptions): Promise<Download> {
  const { from, baseUrl } = options
  const opened = await options.open(from === undefined ? {} : goingOn(from))
  const offset = opened.status === 206 && from !== undefined ? from.offset : 0
  const bytes = opened.status === 200 ? Number(opened.header('content-length')) : wholeLength(opened, offset)
  const etag = opened.header('etag')
  if (!Number.isSafeInteger(bytes) || etag === undefined)
    throw unexpected(baseUrl, 'it does not say how large the file is')
  if (opened.status === 200 && from?.end !== undefined)
    throw unexpected(baseUrl, 'it answers with more of the file than was asked for')
  const end = Math.min(from?.end ?? bytes, bytes)
  return {
    bytes,
    etag,
    offset,
    mediaType: opened.header('content-type') ?? 'application/octet-stream',
    body: resuming(opened.body, offset, { ...options, end, etag }),
  }
}

const goingOn = ({ offset, etag, end }: DownloadFrom) => ({
  range: `bytes=${offset}-${end === undefined ? '' : end - 1}`,
  ...(etag === undefined ? {} : { 'if-range': etag }),
})

/** What `bytes 5-9/10` says of the whole; NaN where it begins elsewhere, or does not say. */
const wholeLength = ({ header }: Pick<OpenedBytes, 'header'>, offset: number): number =>
  Number(new RegExp(`^bytes ${offset}-\\d+/(\\d+)$`).exec(header('content-range') ?? '')?.[1] ?? Number.NaN)

/** The bytes over as many connections as it takes: a new one goes on where the last broke off. */
async function* resuming(
  first: AsyncIterable<Uint8Array>,
  offset: number,
  { baseUrl, open, pause, end, etag }: DownloadOptions & { end: number; etag: string },
): AsyncGenerator<Uint8Array, void, undefined> {
  let taken = offset
  let body: AsyncIterable<Uint8Array> | undefined = first
  for (let failures = 0; ; ) {
    let reason: unknown = brokenOff(baseUrl)
    try {
      body ??= await rest(open, { offset: taken, end, etag }, baseUrl)
      for await (const chunk of body) {
        taken += chunk.length
        failures = 0
        yield chunk
      }
      if (taken === end) return
    } catch (error) {
      if (!isPassing(error)) throw error
      reason = error
    }
    body = undefined
    failures += 1
    if (failures > attempts) throw reason
    await pause(backoff(failures))
  }
}

async function rest(
  open: DownloadOptions['open'],
  from: DownloadFrom,
  baseUrl: string,
): Promise<AsyncIterable<Uint8Array>> {
  const { body, ...answer } = await open(goingOn(from))
  if (answer.status !== 206 || Number.isNaN(wholeLength(answer, from.offset)))
    throw unexpected(baseUrl, 'the file is another one by now')
  return body
}

const unexpected = (baseUrl: string, reason: string): ConnectionError =>
  new ConnectionError('unexpected_answer', baseUrl, reason, 'ask for the file again')

const brokenOff = (baseUrl: string): ConnectionError =>
  new ConnectionError('dropped', baseUrl, 'the file broke off', 'check that the server is up, and ask again')
