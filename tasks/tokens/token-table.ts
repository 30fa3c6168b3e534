import type { Token } from './tokens.ts'

/** Tokens as lines of a table, without their secrets, which nobody knows any more. */
export function tokenTable(tokens: readonly Token[], now: number): string {
  if (tokens.length === 0) return 'no tokens\n'
  const rows = [
    ['ID', 'NAME', 'USER', 'STATE', 'EXPIRES', 'LAST USED', 'SCOPES'],
    ...tokens.map(token => [
      token.id,
      token.name,
      token.user,
      stateOf(token, now),
      token.expires_at ?? 'never',
      token.last_used_at ?? '-',
      token.scopes.join(',') || '-',
    ]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? []
  return rows
    .map(
      row =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

type State = 'valid' | 'revoked' | 'disabled' | 'expired'

export function stateOf({ revoked_at, user_disabled_at, expires_at }: Token, now: number): State {
  if (revoked_at !== null) return 'revoked'
  if (user_disabled_at !== null) return 'disabled'
  return expires_at !== null && Date.parse(expires_at) <= now ? 'expired' : 'valid'
}
