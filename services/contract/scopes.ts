import { z } from 'zod'

/** What a token may do. A fixed list: an unknown scope is refused, an empty list grants nothing. */
export const scopes = [
  'admin',
  'cli',
  'sessions:read',
  'sessions:write',
  'commands:write',
  'artifacts:read',
  'debug:read',
  'debug:write',
  'debug:shell',
  'repositories:write',
  'mcp',
] as const

export type Scope = (typeof scopes)[number]
export const scopeSchema = z.enum(scopes)

/**
 * `admin` includes everything; `cli` includes everything but administration; who may control a debugger may look through
 * it; any other scope only itself.
 */
export function grants(held: readonly Scope[], needed: Scope): boolean {
  if (held.includes('admin')) return true
  if (needed === 'admin') return false
  if (needed === 'debug:read' && held.includes('debug:write')) return true
  return held.includes(needed) || held.includes('cli')
}
