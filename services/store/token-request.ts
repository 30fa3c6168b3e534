import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import { tokenOperations } from '../contract/operations/tokens.ts'
import { type Scope, scopes } from '../contract/scopes.ts'
import type { CreatedToken } from './tokens.ts'

/** A token as somebody asks for it. */
export type TokenRequest = {
  name: string
  user?: string | undefined
  scopes: Scope[]
  expires_in?: number | undefined
}

/** Reads what a person typed by the rules that hold for the API as well. Throws a UserError that names what is wrong. */
export function readTokenRequest(typed: {
  name: string
  user: string | undefined
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

/** Why a token that was asked for was not made, in a sentence. */
export function whyNoToken(
  refused: Exclude<CreatedToken, { outcome: 'created' }>,
  { name, user = name }: Pick<TokenRequest, 'name' | 'user'>,
): string {
  switch (refused.outcome) {
    case 'token_exists':
      return `${refused.token.user_name} has a token called ${name} already: ${refused.token.id}`
    case 'user_not_found':
      return `no user is called ${user}`
    case 'user_disabled':
      return `the user ${refused.user.name} is disabled`
    case 'scope_beyond_role':
      return `the user ${refused.user.name} has the role ${refused.user.role}, and only administrators have the scope admin`
  }
}
