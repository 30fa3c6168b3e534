import { ErrorCode, type JSONRPCErrorResponse } from '@modelcontextprotocol/sdk/types.js'
import type { Unit } from './units.ts'

/**
 * Which request an answer is for that was too long to be read, by where its id stands in JSON as it is commonly written:
 * before everything else, or behind. Our ids are numbers. Undefined where it is not to be seen.
 */
export function idOfOversized({ head, tail }: Extract<Unit, { kind: 'oversized' }>): number | undefined {
  const first = /^[^{]{0,32}\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\s*,/.exec(head)
  const last = /,\s*"id"\s*:\s*(\d{1,15})\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/.exec(tail)
  const digits = first?.[1] ?? last?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** What takes its place. */
export const oversizedAnswer = (id: number, limit: number): JSONRPCErrorResponse => ({
  jsonrpc: '2.0',
  id,
  error: { code: ErrorCode.InternalError, message: tooLong(limit), data: { reason: 'answer_too_large' } },
})

export const tooLong = (limit: number): string =>
  `the answer is longer than ${limit} bytes, which is the most that is read of this server (answer_bytes); ask for less`
