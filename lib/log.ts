import { type DestinationStream, type Logger, pino } from 'pino'
import { batchedLines } from './batched-lines.ts'
import { subjectOf } from './subject.ts'
import { traceIds } from './trace.ts'

/**
 * The log of a service: one JSON object a line, with the ids of what the work that logs is about, and without the
 * secrets that might have come into an error's text.
 */
export const createLog = (name: string, destination: DestinationStream = batchedLines()): Logger =>
  pino(
    { name, mixin: () => ({ ...subjectOf(), ...traceIds() }), hooks: { streamWrite: scrubbed } },
    destination,
  )

/** A line without tokens, credentials in headers, and those in the authority of an address (RFC 3986, section 3.2.1). */
export const scrubbed = (line: string): string => {
  if (!suspicious.test(line)) return line
  return line
    .replaceAll(/\bdst_[\w-]{20,}/g, 'dst_***')
    .replaceAll(/\b(bearer|basic) +[\w.~+/=-]{8,}/gi, '$1 ***')
    .replaceAll(/(:\/\/)[^\s/@"\\]+@/g, '$1***@')
}

/** Looked for in one go, since hardly a line has any of it. */
const suspicious = /dst_|bearer|basic|:\/\//i
