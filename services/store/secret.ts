import { hash, randomBytes } from 'node:crypto'

/**
 * The secret of a token (`dst_`), a refresh token (`dsr_`) or a ticket (`dtk_`): 256 random bits. Only the SHA-256 is
 * stored; with that many bits a salt or a slow hash would add nothing, and the look-up by hash takes no time that depends
 * on the secret.
 */
export const createSecret = (prefix: 'dst' | 'dsr' | 'dtk' = 'dst'): string =>
  `${prefix}_${randomBytes(32).toString('base64url')}`

export const hashSecret = (secret: string): string => hash('sha256', secret)
