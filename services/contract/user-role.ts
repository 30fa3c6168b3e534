import type { Scope } from './scopes.ts'

/**
 * `admin`: may administer, with a token that says so. `user`: a person. `service`: a program, such as a CI system.
 */
export const userRoles = ['admin', 'user', 'service'] as const

/** What users may do who have signed in. A program has tokens. */
export const signInScopes = {
  admin: ['admin'],
  user: ['cli'],
  service: [],
} as const satisfies Record<UserRole, readonly Scope[]>

export type UserRole = (typeof userRoles)[number]

/** Whether tokens of users with this role may have a scope. */
export const admits = (role: UserRole, scope: Scope): boolean => role === 'admin' || scope !== 'admin'
