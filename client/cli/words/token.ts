import { visible } from '../../../lib/visible.ts'
import type { Token } from '../../../services/contract/resources.ts'
import type { Output } from '../../sdk/operation-types.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { details } from '../render/details.ts'
import { statusColour } from '../render/paint.ts'
import { relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import type { RenderContext, Words } from './words.ts'

type Status = 'valid' | 'revoked' | 'disabled' | 'expired'

function status({ revoked_at, user_disabled_at, expires_at }: Token, now: number): Status {
  if (revoked_at !== null) return 'revoked'
  if (user_disabled_at !== null) return 'disabled'
  return expires_at !== null && Date.parse(expires_at) <= now ? 'expired' : 'valid'
}

const renderCaller = (caller: Output<'server.whoami'>, { now }: RenderContext): string => {
  const { user, token, sign_in: signIn, scopes } = caller
  const credential = token ?? signIn
  const expires = credential?.expires_at ?? null
  return details([
    ['user', `${user.name} (${user.role})`],
    ['called', user.display_name],
    ['token', token?.name ?? null],
    ['signed in', signIn && relativeTime(signIn.created_at, now)],
    ['scopes', scopes.join(', ') || 'none'],
    ['created', token && relativeTime(token.created_at, now)],
    ['expires', expires === null ? 'never' : relativeTime(expires, now)],
    ['last used', token?.last_used_at ? relativeTime(token.last_used_at, now) : null],
    ['id', credential?.id ?? null],
  ])
}

const columns = (now: number): Column<Token>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'NAME', cell: row => row.name, flexible: true },
  { title: 'USER', cell: row => row.user, flexible: true },
  { title: 'STATUS', cell: row => status(row, now), colour: row => statusColour(status(row, now)) },
  { title: 'EXPIRES', cell: row => (row.expires_at === null ? 'never' : relativeTime(row.expires_at, now)) },
  {
    title: 'LAST USED',
    cell: row => (row.last_used_at === null ? '-' : relativeTime(row.last_used_at, now)),
  },
  { title: 'SCOPES', cell: row => row.scopes.join(',') || '-', flexible: true },
]

export const whoami: Words<'server.whoami'> = {
  path: ['whoami'],
  examples: ['', '--json'],
  act: oneCall('server.whoami', renderCaller),
}

export const tokenCreate: Words<'tokens.create'> = {
  path: ['token', 'create'],
  places: ['name'],
  flags: {
    user: { value: 'NAME' },
    scopes: { value: 'SCOPE,SCOPE', read: 'commas' },
    mcp_servers: { value: 'SERVER,SERVER', read: 'commas' },
    expires_in: { value: 'DURATION', read: 'seconds' },
  },
  examples: [
    'laptop --scopes cli --expires-in 30d',
    'agent --user alice --scopes sessions:read,sessions:write,commands:write',
    'codex --scopes mcp --mcp-servers files,tickets',
  ],
  act: () => import('../acts/token-create.ts'),
}

export const tokenList: Words<'tokens.list'> = {
  path: ['token', 'list'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['', '--json'],
  act: listCall(
    ({ tokens }) => tokens.list,
    (tokens, context) => (tokens.length === 0 ? 'no tokens\n' : table(tokens, columns(context.now), context)),
  ),
}

export const tokenRevoke: Words<'tokens.revoke'> = {
  path: ['token', 'revoke'],
  places: ['token'],
  examples: ['tok_0123'],
  act: oneCall('tokens.revoke', token => `${token.id} ${visible(token.name)} revoked\n`),
}
