import { sha256 } from '../sha256.ts'
import { type CachedFile, faultOf } from './cached-file.ts'

/** What an entry of the cache consists of. */
export interface Manifest {
  readonly fingerprint: string
  readonly task: string
  readonly files: readonly CachedFile[]
  readonly result: StoredResult
}

/**
 * A small result stands in the manifest: as an object it would cost a file, a block of the disk and two more system
 * calls. A large one is an object like other content, for prune reads every manifest.
 */
export type StoredResult =
  | { readonly kind: 'inline'; readonly bytes: Uint8Array }
  | { readonly kind: 'object'; readonly size: number; readonly digest: string }

export const largestInline = 16 * 1024

/** One that it does not know is to it a damaged one: a miss, and removed. */
const format = 1

const beginning = '{"checksum":"'
const bodyAt = beginning.length + 64 + '",'.length

/** The checksum stands first, in a fixed width, and covers all that follows it, byte by byte. */
export function formatManifest({ fingerprint, task, files, result }: Manifest): string {
  const stored =
    result.kind === 'inline'
      ? { kind: result.kind, base64: Buffer.from(result.bytes).toString('base64') }
      : result
  const body = JSON.stringify({ format, fingerprint, task, result: stored, files }).slice(1)
  return `${beginning}${sha256(body)}",${body}`
}

/** Undefined for all that `formatManifest` has not written for this fingerprint. */
export function parseManifest(text: string, fingerprint: string): Manifest | undefined {
  const body = text.slice(bodyAt)
  if (text.slice(0, bodyAt) !== `${beginning}${sha256(body)}",`) return undefined
  const value = parseJson(`{${body}`)
  if (!isRecord(value) || value.format !== format || value.fingerprint !== fingerprint) return undefined
  const result = parseResult(value.result)
  const files = parseFiles(value.files)
  if (typeof value.task !== 'string' || result === undefined || files === undefined) return undefined
  return { fingerprint, task: value.task, files, result }
}

/** The objects that an entry needs, its result included. */
export const objectsOf = ({ files, result }: Manifest): readonly { digest: string; size: number }[] => [
  ...files.filter(file => file.kind !== 'directory'),
  ...(result.kind === 'object' ? [result] : []),
]

function parseResult(value: unknown): StoredResult | undefined {
  if (!isRecord(value)) return undefined
  const { kind, base64, size, digest } = value
  if (kind === 'inline' && typeof base64 === 'string') return { kind, bytes: Buffer.from(base64, 'base64') }
  if (kind !== 'object' || typeof size !== 'number' || typeof digest !== 'string') return undefined
  // Held to the same rules as a file, whatever it is called.
  return faultOf([{ path: 'result', kind: 'file', mode: 0, size, digest }]) === undefined
    ? { kind, size, digest }
    : undefined
}

function parseFiles(value: unknown): readonly CachedFile[] | undefined {
  if (!Array.isArray(value)) return undefined
  const files: CachedFile[] = []
  for (const item of value) {
    const file = parseFile(item)
    if (file === undefined) return undefined
    files.push(file)
  }
  return faultOf(files) === undefined ? files : undefined
}

function parseFile(value: unknown): CachedFile | undefined {
  if (!isRecord(value)) return undefined
  const { path, kind, mode, size, digest } = value
  if (kind !== 'file' && kind !== 'link' && kind !== 'directory') return undefined
  if (typeof path !== 'string' || typeof mode !== 'number') return undefined
  if (typeof size !== 'number' || typeof digest !== 'string') return undefined
  return { path, kind, mode, size, digest }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
