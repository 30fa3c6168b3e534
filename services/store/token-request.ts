import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import { tokenOperations } from '../contract/operations/tokens.ts'
import { type Scope, scopes } from '../contract/scopes.ts'

/** A token as somebody asks for it. */
export type TokenRequest = { name: string; scopes: Scope[]; expires_in?: number | undefined }

/** Reads what a person typed by the rules that hold for the API as well. Throws a UserError that names what is wrong. */
export function readTokenRequest(typed: {
  name: string
  scopes: readonly string[]
  expires_in: number | undefined
}): TokenRequest {
  for (const scope of typed.scopes)
    if (!scopes.some(known => known === scope))
      throw new UserError(`there is no scope "${scope}"`, {
        fix: didYouMean(scope, scopes) ?? `known scopes: ${scopes.join(', ')}`,
      })
  const read = tokenOperations['tokens.create'].input.safeParse(typed)
  if (!read.success)
    throw new UserError(
      `this is no token to make: ${read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
    )
  return { ...read.data, scopes: [...new Set(read.data.scopes)] }
}
