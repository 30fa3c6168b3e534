import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '../../../lib/error-code.ts'
import { makeDirectory } from '../../../lib/make-directory.ts'
import { allowedUrl, shown } from './allowed-url.ts'
import { ask } from './ask.ts'
import { parseChecksum, sha256Of } from './checksum.ts'
import { DownloadError, type DownloadFault } from './fault.ts'
import { type Network, openNetwork } from './network.ts'
import { forgetRecord, partOf, removePartial } from './partial-file.ts'
import { withRetries } from './retry.ts'
import { transfer } from './transfer.ts'

export type Wanted = {
  url: string
  file: string
  /** 64 lower-case hexadecimal digits. */
  sha256: string
  maximumBytes: number
}

export type Told = { log: (line: string) => void; progress: (text: string) => void }

/**
 * Brings a file from a URL. Its name appears only when its SHA-256 is the expected one; what was cut off is kept beside
 * it as `.part` and gone on with, by this call or a later one.
 */
export async function download(network: Network, wanted: Wanted, { log, progress }: Told): Promise<void> {
  const { file, sha256, maximumBytes } = wanted
  const url = allowedUrl(wanted.url)
  makeRoom(dirname(file))
  await withRetries(network, log, () => transfer(network, { url, file, maximumBytes, progress }))
  const actual = await sha256Of(partOf(file), network.signal)
  if (actual !== sha256) {
    removePartial(file)
    throw new DownloadError({ kind: 'checksum', url: shown(url), expected: sha256, actual })
  }
  await rename(partOf(file), file)
  forgetRecord(file)
}

function makeRoom(directory: string): void {
  try {
    makeDirectory(directory)
  } catch (error) {
    throw new DownloadError(
      { kind: 'unwritable', file: directory, reason: errorCode(error) ?? 'unknown' },
      error,
    )
  }
}

/** Removes a download, and what has arrived of one. */
export async function removeDownload(file: string): Promise<void> {
  removePartial(file)
  await rm(file, { force: true })
}

const longestChecksum = 64 * 1024

/** The checksum that is published beside a file, as `URL.sha256`. */
export async function publishedChecksum(
  network: Network,
  text: string,
  log: (line: string) => void,
): Promise<string> {
  const url = allowedUrl(text)
  const beside = new URL(url)
  beside.pathname += '.sha256'
  const refuse = (reason: string) => new DownloadError({ kind: 'no_checksum', url: shown(url), reason })
  return withRetries(network, log, () =>
    ask(network, beside, {}, async answer => {
      if ([401, 403, 404, 410].includes(answer.status))
        throw refuse(`${shown(beside)} answers HTTP ${answer.status}`)
      if (answer.status !== 200)
        throw new DownloadError({ kind: 'status', url: shown(answer.url), status: answer.status })
      let body = ''
      for await (const chunk of answer.chunks()) {
        body += chunk.toString('latin1')
        if (body.length > longestChecksum) throw refuse(`${shown(beside)} is no checksum: it is too long`)
      }
      const checksum = parseChecksum(body)
      if (checksum === undefined) throw refuse(`${shown(beside)} does not begin with 64 hexadecimal digits`)
      return checksum
    }),
  )
}

/** Why the host of a URL cannot be reached within `withinMs`, or undefined: it answers, whatever it answers. */
export async function whyUnreachable(
  options: Parameters<typeof openNetwork>[0],
  text: string,
  withinMs: number,
): Promise<DownloadFault | undefined> {
  const url = allowedUrl(text)
  const inTime = AbortSignal.timeout(withinMs)
  const signal = AbortSignal.any([options.signal, inTime])
  await using network = openNetwork({ ...options, signal })
  try {
    await ask(network, url, { method: 'HEAD' }, async () => {})
    return undefined
  } catch (error) {
    if (error instanceof DownloadError) return error.fault
    if (!inTime.aborted || options.signal.aborted) throw error
    return {
      kind: 'unreachable',
      host: url.host,
      reason: `no answer within ${withinMs / 1000} s`,
      lasting: false,
    }
  }
}
