import { type DestinationStream, type Logger, pino } from 'pino'
import { subjectOf } from './subject.ts'
import { traceIds } from './trace.ts'

/**
 * The log of a service: one JSON object a line, with the ids of what the work that logs is about, and without the
 * secrets that might have come into an error's text.
 */
export const createLog = (name: string, destination?: DestinationStream): Logger =>
  pino(
    { name, mixin: () => ({ ...subjectOf(), ...traceIds() }), hooks: { streamWrite: scrubbed } },
    ...(destination === undefined ? [] : [destination]),
  )

/** A line without tokens, credentials in headers, and those in the authority of an address (RFC 3986, section 3.2.1). */
export const scrubbed = (line: string): string =>
  line
    .replaceAll(/\bdst_[\w-]{20,}/g, 'dst_***')
    .replaceAll(/\b(bearer|basic) +[\w.~+/=-]{8,}/gi, '$1 ***')
    .replaceAll(/(:\/\/)[^\s/@"\\]+@/g, '$1***@')
