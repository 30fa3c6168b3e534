import { hash } from 'node:crypto'
import { done, type Outcome, type Refusal, refuse, refuseFields } from './outcome.ts'

/**
 * The version of a thing is a strong validator of all that is told of it (RFC 9110, section 8.8.1): it differs wherever
 * the JSON differs, so nothing has to be counted, and no change can be forgotten.
 */
export const versionOf = (json: string): string => `"${hash('sha256', json, 'base64url').slice(0, 22)}"`

/** Which versions an update is to be done to: any, or one of these. */
export type WantedVersions = '*' | readonly string[]

/** Weak ones are read, and fit nothing: the comparison is the strong one. */
const entityTag = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/

/** Reads `If-Match`; undefined without one. */
export function readIfMatch(header: string | undefined): Outcome<WantedVersions | undefined> {
  if (header === undefined) return done(undefined)
  const text = header.trim()
  if (text === '*') return done(text)
  const tags = text.split(/\s*,\s*/)
  if (tags.every(tag => entityTag.test(tag))) return done(tags)
  return refuseFields([
    { path: 'If-Match', message: 'expected a version as ETag told it, quotes included, or several, or *' },
  ])
}

/** Why something that is told like this is not to be updated; undefined where it is. */
export function versionMismatch(wanted: WantedVersions | undefined, told: unknown): Refusal | undefined {
  if (wanted === undefined || wanted === '*') return undefined
  const version = versionOf(JSON.stringify(told))
  if (wanted.includes(version)) return undefined
  return refuse(
    'version_mismatch',
    `it is at version ${version} by now, and the update is for ${wanted.join(', ')}: read it again`,
    { headers: { etag: version } },
  )
}
