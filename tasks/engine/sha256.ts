import type { Hash } from 'node:crypto'

/** Loaded at the first digest: it takes 7 ms, which a run that stores and restores nothing does not pay. */
const crypto = () => process.getBuiltinModule('node:crypto')

/** SHA-256, in hexadecimal. */
export const sha256 = (content: string | NodeJS.ArrayBufferView): string =>
  crypto().hash('sha256', content, 'hex')

/** SHA-256 of content that comes in pieces. */
export const startSha256 = (): Hash => crypto().createHash('sha256')

export const isSha256 = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

/** A name that no other process makes up. */
export const randomName = (): string => crypto().randomBytes(8).toString('hex')
