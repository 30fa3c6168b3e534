import { takesKey } from './keyed-operations.ts'
import { hasBody, type Operation, opensByTicket, scopeOf } from './operation.ts'
import type { ProblemCode } from './problems.ts'

/** What can go wrong: what the operation declares, and what any operation of its kind meets. */
export function problemsOf(operation: Operation): ProblemCode[] {
  const codes = new Set<ProblemCode>(operation.errors)
    .add('invalid_input')
    .add('token_in_url')
    .add('rate_limited')
    .add('url_too_long')
    .add('headers_too_large')
    .add('request_timeout')
  if (operation.access !== 'public')
    codes.add('unauthenticated').add('token_expired').add('origin_refused').add('store_busy')
  if (scopeOf(operation.access) !== undefined) codes.add('insufficient_scope')
  if (opensByTicket(operation)) codes.add('ticket_mismatch').add('stream_limit')
  if (operation.method !== 'GET') codes.add('storage_full')
  if (hasBody(operation)) codes.add('body_too_large').add('unsupported_media_type')
  if (takesKey(operation)) codes.add('idempotency_key_reused')
  return [...codes.add('internal')]
}
