import type { OperationName } from '../contract/contract.ts'
import { isKeyed, keyPattern } from '../contract/keyed-operations.ts'
import { isUpdate } from '../contract/versions.ts'
import type { Call } from './handlers/handler.ts'
import { done, type Outcome, refuseFields } from './outcome.ts'
import { readIfMatch } from './version.ts'

type Conditions = Pick<Call, 'ifMatch' | 'idempotencyKey'>

type Request = {
  readonly method: string
  readonly headers: { readonly 'if-match'?: string | undefined; readonly [name: string]: unknown }
}

/**
 * Reads the headers that say when something is to be done, and when not. Who sends one that nobody would look at relies
 * on it, and is told so before anything is changed; what changes nothing needs none.
 */
export function readConditions(name: OperationName, { method, headers }: Request): Outcome<Conditions> {
  const ifMatch = readIfMatch(headers['if-match'])
  if (!ifMatch.ok) return ifMatch
  const idempotencyKey = headers['idempotency-key']
  if (method === 'GET' || method === 'HEAD') return done({})
  if (ifMatch.value !== undefined && !isUpdate(name))
    return refuseFields([{ path: 'If-Match', message: 'this request takes no version: leave it out' }])
  if (idempotencyKey === undefined) return done({ ifMatch: ifMatch.value })
  if (!isKeyed(name))
    return refuseFields([{ path: 'Idempotency-Key', message: 'this request takes no key: leave it out' }])
  if (typeof idempotencyKey !== 'string' || !keyPattern.test(idempotencyKey))
    return refuseFields([
      { path: 'Idempotency-Key', message: 'expected 1 to 255 printable ASCII characters' },
    ])
  return done({ ifMatch: ifMatch.value, idempotencyKey })
}
