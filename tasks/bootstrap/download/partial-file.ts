import { readFileSync, rmSync, statSync } from 'node:fs'
import { z } from 'zod'
import { writeAtomically } from '../../../lib/atomic-file.ts'

/**
 * What has arrived of a download, in `FILE.part`, and what it is a part of, in `FILE.part.json`. Only a part whose
 * server named the version it sends can be gone on with.
 */
export type Partial = { bytes: number; validator: string }

const recordSchema = z.object({ url: z.string(), validator: z.string().min(1) })

export const partOf = (file: string): string => `${file}.part`
const recordOf = (file: string): string => `${file}.part.json`

export function readPartial(file: string, url: string): Partial | undefined {
  try {
    const record = recordSchema.parse(JSON.parse(readFileSync(recordOf(file), 'utf8')))
    const { size } = statSync(partOf(file))
    return record.url === url && size > 0 ? { bytes: size, validator: record.validator } : undefined
  } catch {
    return undefined // none, or one that cannot be read: begun anew
  }
}

export const recordPartial = (file: string, url: string, validator: string): Promise<void> =>
  writeAtomically(recordOf(file), JSON.stringify({ url, validator }))

export function forgetRecord(file: string): void {
  rmSync(recordOf(file), { force: true })
}

export function removePartial(file: string): void {
  forgetRecord(file)
  rmSync(partOf(file), { force: true })
}

/**
 * What `If-Range` may carry (RFC 9110, 13.1.5): a strong entity tag, else the date of the last change.
 */
export function validatorOf(etag: string | undefined, lastModified: string | undefined): string | undefined {
  if (etag !== undefined && /^"[^"]*"$/.test(etag)) return etag
  return etag === undefined ? lastModified : undefined
}
