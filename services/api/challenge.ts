import type { Scope } from '../contract/scopes.ts'
import { type Refusal, refuse } from './outcome.ts'

/** RFC 6750, section 3: no error code where no token was sent. */
export function challenge(
  error?: 'invalid_token' | 'insufficient_scope',
  scope?: Scope,
): Record<string, string> {
  const parts = ['realm="debug-server"']
  if (error !== undefined) parts.push(`error="${error}"`)
  if (scope !== undefined) parts.push(`scope="${scope}"`)
  return { 'www-authenticate': `Bearer ${parts.join(', ')}` }
}

/** What is revoked, and what belongs to a disabled user, is answered like what never was. */
export const unknownCredential = (): Refusal =>
  refuse('unauthenticated', 'this token is not valid', { headers: challenge('invalid_token') })

export const tokenExpired = (detail: string): Refusal =>
  refuse('token_expired', detail, { headers: challenge('invalid_token') })
