import { randomBytes } from 'node:crypto'

/** Ids of requests, 16 hexadecimal digits: the same beginning for one process, counted on from there. */
export function requestIds(): () => string {
  const beginning = randomBytes(4).toString('hex')
  let count = 0
  return () => `${beginning}${(count++ >>> 0).toString(16).padStart(8, '0')}`
}
