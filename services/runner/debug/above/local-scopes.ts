import type { z } from 'zod'
import type { scopesBodySchema } from '../dap-messages.ts'

type Scope = z.output<typeof scopesBodySchema>['scopes'][number]

/** The scopes of a frame that are its own, as debuggers of every language name them. */
export const localScopes = (scopes: readonly Scope[]): readonly Scope[] =>
  scopes
    .filter(({ name, expensive }) => !expensive && !/global|register|static|script/i.test(name))
    .slice(0, 2)
