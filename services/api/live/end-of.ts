import { problemDocument } from '../../contract/problems.ts'
import type { EndReason, StreamEnd } from '../../contract/stream-end.ts'
import type { Refusal } from '../outcome.ts'

/** The last message of a stream that ends for a reason, or because it is refused from now on. */
export const endOf = (why: EndReason | Refusal): StreamEnd =>
  typeof why === 'string'
    ? { type: 'end', reason: why }
    : { type: 'end', reason: 'problem', problem: problemDocument(why.code, why.detail, why.errors) }
