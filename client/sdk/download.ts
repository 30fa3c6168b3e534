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

export type OpenedBytes = Pick<Answer, 'status' | 'header'> & { readonly body: AsyncIterable<Uint8Array> }

export type DownloadOptions = {
  readonly baseUrl: string
  /** What one has of it already. */
  readonly from?: { readonly offset: number; readonly etag: string } | undefined
  /** One request with these headers: resolves once the server has begun to answer with 200 or 206. */
  readonly open: (headers: Readonly<Record<string, string>>) => Promise<OpenedBytes>
  /** Waits, or rejects with the reason of the caller's signal. */
  readonly pause: (milliseconds: number) => Promise<void>
}

/** Asks for a file. What fails before the first answer is not tried again. */
export async function downloadOf(options: DownloadOptions): Promise<Download> {
  const { from, baseUrl } = options
  const opened = await options.open(from === undefined ? {} : goingOn(from.offset, from.etag))
  const offset = opened.status === 206 && from !== undefined ? from.offset : 0
  const bytes = opened.status === 200 ? Number(opened.header('content-length')) : wholeLength(opened, offset)
  const etag = opened.header('etag')
  if (!Number.isSafeInteger(bytes) || etag === undefined)
    throw unexpected(baseUrl, 'it does not say how large the file is')
  return {
    bytes,
    etag,
    offset,
    mediaType: opened.header('content-type') ?? 'application/octet-stream',
    body: resuming(opened.body, offset, { ...options, bytes, etag }),
  }
}

const goingOn = (offset: number, etag: string) => ({ range: `bytes=${offset}-`, 'if-range': etag })

/** What `bytes 5-9/10` says of the whole; NaN where it begins elsewhere, or does not say. */
const wholeLength = ({ header }: Pick<OpenedBytes, 'header'>, offset: number): number =>
  Number(new RegExp(`^bytes ${offset}-\\d+/(\\d+)$`).exec(header('content-range') ?? '')?.[1] ?? Number.NaN)

/** The bytes over as many connections as it takes: a new one goes on where the last broke off. */
async function* resuming(
  first: AsyncIterable<Uint8Array>,
  offset: number,
  { baseUrl, open, pause, bytes, etag }: DownloadOptions & { bytes: number; etag: string },
): AsyncGenerator<Uint8Array, void, undefined> {
  let taken = offset
  let body: AsyncIterable<Uint8Array> | undefined = first
  for (let failures = 0; ; ) {
    let reason: unknown = brokenOff(baseUrl)
    try {
      body ??= await rest(open, taken, etag, baseUrl)
      for await (const chunk of body) {
        taken += chunk.length
        failures = 0
        yield chunk
      }
      if (taken === bytes) return
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
  taken: number,
  etag: string,
  baseUrl: string,
): Promise<AsyncIterable<Uint8Array>> {
  const { body, ...answer } = await open(goingOn(taken, etag))
  if (answer.status !== 206 || Number.isNaN(wholeLength(answer, taken)))
    throw unexpected(baseUrl, 'the file is another one by now')
  return body
}

const unexpected = (baseUrl: string, reason: string): ConnectionError =>
  new ConnectionError('unexpected_answer', baseUrl, reason, 'ask for the file again')

const brokenOff = (baseUrl: string): ConnectionError =>
  new ConnectionError('dropped', baseUrl, 'the file broke off', 'check that the server is up, and ask again')
