import type { Scope } from './scopes.ts'

/**
 * `admin`: may administer, with a token that says so. `user`: a person. `service`: a program, such as a CI system.
 */
export const userRoles = ['admin', 'user', 'service'] as const

export type UserRole = (typeof userRoles)[number]

/** Whether tokens of users with this role may have a scope. */
export const admits = (role: UserRole, scope: Scope): boolean => role === 'admin' || scope !== 'admin'
