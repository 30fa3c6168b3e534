import type { Hash } from 'node:crypto'
import { smallSha256 } from './small-sha256.ts'

/** Loaded at the first digest of more than a little: it takes 6 ms, which a run that makes a few small files does not pay. */
const crypto = () => (loaded ??= process.getBuiltinModule('node:crypto'))
let loaded: typeof import('node:crypto') | undefined

const fewBytes = 1_024

/** SHA-256, in hexadecimal. */
export function sha256(content: string | NodeJS.ArrayBufferView): string {
  if (loaded !== undefined) return loaded.hash('sha256', content, 'hex')
  const bytes =
    typeof content === 'string'
      ? Buffer.from(content)
      : new Uint8Array(content.buffer, content.byteOffset, content.byteLength)
  return bytes.length > fewBytes ? crypto().hash('sha256', bytes, 'hex') : smallSha256(bytes)
}

/** SHA-256 of content that comes in pieces. */
export const startSha256 = (): Hash => crypto().createHash('sha256')

export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

/** A name that nobody else makes up. */
export const randomName = (): string => `${random()}${random()}`
const random = (): string => Math.random().toString(16).slice(2, 14).padEnd(12, '0')
