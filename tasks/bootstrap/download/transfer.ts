import { type FileHandle, open, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemStopwatch } from '../../../lib/clock.ts'
import { errorCode } from '../../../lib/error-code.ts'
import { shown } from './allowed-url.ts'
import { type Answer, ask } from './ask.ts'
import { DownloadError } from './fault.ts'
import type { Network } from './network.ts'
import {
  forgetRecord,
  partOf,
  readPartial,
  recordPartial,
  removePartial,
  validatorOf,
} from './partial-file.ts'
import { progressText } from './progress.ts'

export type Transfer = {
  url: URL
  /** The bytes are in `FILE.part` in the end. */
  file: string
  maximumBytes: number
  progress: (text: string) => void
}

/**
 * One attempt to have all bytes of a URL. Goes on where an earlier attempt, of this process or another, was cut off, if
 * the server still has the same version; otherwise begins anew.
 */
export async function transfer(network: Network, wanted: Transfer): Promise<void> {
  const { url, file } = wanted
  const partial = readPartial(file, shown(url))
  const headers =
    partial === undefined ? {} : { range: `bytes=${partial.bytes}-`, 'if-range': partial.validator }
  await ask(network, url, { headers }, async answer => {
    switch (answer.status) {
      case 200:
        return receive(answer, wanted, 0)
      case 206: {
        const start = /^bytes (\d+)-/.exec(answer.header('content-range') ?? '')?.[1]
        if (partial !== undefined && Number(start) === partial.bytes)
          return receive(answer, wanted, partial.bytes)
        throw unfit(answer, file)
      }
      case 416:
        throw unfit(answer, file)
      default:
        throw new DownloadError({ kind: 'status', url: shown(answer.url), status: answer.status })
    }
  })
}

/** The server has no such range, or sent another: the next attempt asks for the whole. */
function unfit(answer: Answer, file: string): DownloadError {
  removePartial(file)
  return new DownloadError({ kind: 'cut', host: answer.url.host, received: 0, total: undefined })
}

async function receive(answer: Answer, wanted: Transfer, start: number): Promise<void> {
  const { file, maximumBytes, url } = wanted
  const length = Number(answer.header('content-length') ?? Number.NaN)
  const total = Number.isNaN(length) ? undefined : start + length
  if ((total ?? 0) > maximumBytes) throw tooLarge(answer, wanted)
  await requireSpace(dirname(file), total === undefined ? 0 : total - start)
  const part = await openPart(file, start)
  try {
    if (start === 0) {
      const validator = validatorOf(answer.header('etag'), answer.header('last-modified'))
      if (validator !== undefined) await recordPartial(file, shown(url), validator)
    }
    await copy(answer, wanted, part, start, total)
    await part.sync()
  } catch (error) {
    throw writeFault(error, file)
  } finally {
    await part.close()
  }
}

async function copy(
  answer: Answer,
  wanted: Transfer,
  part: FileHandle,
  start: number,
  total: number | undefined,
): Promise<void> {
  const began = systemStopwatch.elapsed()
  let bytes = start
  let told = Number.NEGATIVE_INFINITY
  for await (const chunk of answer.chunks()) {
    bytes += chunk.length
    if (bytes > wanted.maximumBytes) throw tooLarge(answer, wanted)
    await part.writeFile(chunk)
    const elapsed = systemStopwatch.elapsed() - began
    if (elapsed - told < 200) continue
    told = elapsed
    wanted.progress(progressText(bytes, total, bytes - start, elapsed))
  }
  if (total !== undefined && bytes < total)
    throw new DownloadError({ kind: 'cut', host: answer.url.host, received: bytes, total })
}

/** From the start, what is there is emptied before the record of another version is written beside it. */
async function openPart(file: string, start: number): Promise<FileHandle> {
  try {
    if (start === 0) forgetRecord(file)
    return await open(partOf(file), start === 0 ? 'w' : 'a', 0o600)
  } catch (error) {
    throw writeFault(error, file)
  }
}

async function requireSpace(directory: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  if (bavail * bsize < needed) throw new DownloadError({ kind: 'no_space', directory, needed })
}

function writeFault(error: unknown, file: string): unknown {
  if (error instanceof DownloadError) return error
  const code = errorCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
    return new DownloadError({ kind: 'no_space', directory: dirname(file), needed: undefined }, error)
  if (code === 'EACCES' || code === 'EROFS' || code === 'EISDIR' || code === 'EPERM')
    return new DownloadError({ kind: 'unwritable', file: partOf(file), reason: code }, error)
  return error
}

function tooLarge(answer: Answer, { file, maximumBytes }: Transfer): DownloadError {
  removePartial(file)
  return new DownloadError({ kind: 'too_large', url: shown(answer.url), limit: maximumBytes })
}
