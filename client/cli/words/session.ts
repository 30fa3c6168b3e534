import type { Session } from '../../../services/contract/resources.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { details } from '../render/details.ts'
import { environmentsText } from '../render/environments.ts'
import { statusColour } from '../render/paint.ts'
import { duration, relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import { ifMatchFlag, versionedCall } from '../versioned-call.ts'
import type { RenderContext, Words } from './words.ts'

export const renderSession = (session: Session, { now }: RenderContext): string =>
  details([
    ['id', session.id],
    ['status', endText(session)],
    ['failure', session.failure?.message],
    ['owner', session.owner],
    ['label', session.label],
    ['repository', session.repository],
    ['revision', session.revision],
    ['commit', session.commit],
    ['patch', session.patch_sha256 && `sha256 ${session.patch_sha256}`],
    ['environments', environmentsText(session)],
    ['submodules', submodulesText(session)],
    ['isolation', session.isolation && isolationText(session)],
    ['created', relativeTime(session.created_at, now)],
    ['started', session.started_at && relativeTime(session.started_at, now)],
    ['ended', session.ended_at && relativeTime(session.ended_at, now)],
    [
      'expires',
      session.expires_at && session.ended_at === null ? relativeTime(session.expires_at, now) : null,
    ],
    ['idle after', session.idle_timeout === 0 ? null : duration(session.idle_timeout)],
    ['active', relativeTime(session.last_active_at, now)],
  ])

const submodulesText = ({ submodules }: Session): string | null =>
  submodules.length === 0
    ? null
    : submodules.map(({ path, commit }) => `${path} at ${commit.slice(0, 12)}`).join(', ')

const isolationText = ({ isolation, offline }: Session): string =>
  isolation === 'none'
    ? 'none: commands can do what the server can'
    : `${isolation}${offline ? ', no network' : ''}`

/** A state, and who brought it about where that was no client. */
const endText = ({ status, end_reason }: Session): string =>
  end_reason === null || end_reason === 'stopped' ? status : `${status} (${end_reason})`

const owner: Column<Session> = { title: 'OWNER', cell: row => row.owner, flexible: true }

/** Whose they are is told where that differs, as it does for administrators. */
const columns = (now: number, sessions: readonly Session[]): Column<Session>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'STATUS', cell: row => row.status, colour: row => statusColour(row.status) },
  ...(new Set(sessions.map(row => row.owner)).size > 1 ? [owner] : []),
  { title: 'REPOSITORY', cell: row => row.repository, flexible: true },
  { title: 'REVISION', cell: row => row.revision ?? '-', flexible: true },
  { title: 'COMMIT', cell: row => row.commit?.slice(0, 12) ?? '-' },
  { title: 'PATCH', cell: row => (row.patch_sha256 === null ? '-' : 'yes') },
  { title: 'CREATED', cell: row => relativeTime(row.created_at, now) },
]

const newSessionFlags = {
  repository: { value: 'NAME' },
  commit: { value: 'REVISION' },
  label: { value: 'LABEL' },
  patch: { value: 'FILE', read: 'patch' },
  three_way: { name: '3way' },
  commands: { name: 'command', value: 'LINE' },
  secrets: { value: 'FILE', read: 'variables' },
  artifacts: { name: 'artifact', value: 'PATTERN' },
  environment: { value: 'NAME', read: 'commas' },
  ttl: { read: 'seconds', value: 'DURATION' },
  idle_timeout: { read: 'seconds', value: 'DURATION' },
} as const

export const sessionCreate: Words<'sessions.create'> = {
  path: ['session', 'create'],
  flags: { ...newSessionFlags, wait: false },
  extras: [
    { name: 'follow', describe: "print the commands' output as it is written; ends with their exit code" },
    { name: 'no-wait', describe: 'do not wait until it runs' },
  ],
  examples: [
    '--repository demo --commit main',
    '--repository demo --patch fix.patch --command "python3 -m unittest -v" --follow',
    '--repository demo --patch - --3way < fix.patch',
    '--repository demo --patch @working-tree --command "make test" --follow',
    '--repository demo --offline --command "make test"',
    '--repository demo --secrets .env --command "./deploy" --follow',
    '--repository demo --environment auto --command "npm test" --follow',
    '--repository demo --submodules none',
    '--repository demo --command "make test" --artifact "reports/**/*.xml" --follow',
  ],
  act: () => import('../acts/session-create.ts'),
}

export const sessionGetOrCreate: Words<'sessions.get_or_create'> = {
  path: ['session', 'get-or-create'],
  flags: { ...newSessionFlags, wait: false },
  extras: [{ name: 'no-wait', describe: 'do not wait until it runs' }],
  examples: ['--repository demo --commit main --label agent', '--repository demo --label nightly --ttl 1h'],
  act: () => import('../acts/session-get-or-create.ts'),
}

export const sessionList: Words<'sessions.list'> = {
  path: ['session', 'list'],
  flags: {
    repository: { value: 'NAME' },
    label: { value: 'LABEL' },
    owner: { value: 'USER' },
    since: { value: 'INSTANT' },
    ...pageFlags,
  },
  extras: [allFlag],
  examples: ['', '--status running --repository demo', '--label nightly --all', '--limit 5 --json'],
  act: listCall(
    ({ sessions }) => sessions.list,
    (sessions, context) =>
      sessions.length === 0 ? 'no sessions\n' : table(sessions, columns(context.now, sessions), context),
  ),
}

export const sessionGet: Words<'sessions.get'> = {
  path: ['session', 'get'],
  places: ['session'],
  flags: { wait: { read: 'seconds', value: 'DURATION' } },
  examples: ['@last', 'ses_0123', '@last --wait 1m --json'],
  act: versionedCall('sessions.get', renderSession),
}

export const sessionLogs: Words<'sessions.logs'> = {
  path: ['session', 'logs'],
  places: ['session'],
  flags: { command: { value: 'COMMAND' }, offset: { value: 'N' } },
  examples: [
    '@last',
    '@last --follow',
    '@last --command cmd_01 --stream stderr --offset 4096',
    '@last --json',
  ],
  act: () => import('../acts/session-logs.ts'),
}

export const sessionStop: Words<'sessions.stop'> = {
  path: ['session', 'stop'],
  places: ['session'],
  flags: { wait: { read: 'seconds', value: 'DURATION', default: '30s' } },
  examples: ['@last', '@last --wait 0'],
  act: oneCall('sessions.stop', session => `${session.id} ${session.status}\n`),
}

export const sessionResume: Words<'sessions.resume'> = {
  path: ['session', 'resume'],
  places: ['session'],
  flags: { wait: false },
  extras: [{ name: 'no-wait', describe: 'do not wait until it runs' }],
  examples: ['@last', 'ses_0123'],
  act: () => import('../acts/session-resume.ts'),
}

export const sessionActivity: Words<'sessions.activity'> = {
  path: ['session', 'activity'],
  places: ['session'],
  examples: ['@last'],
  act: oneCall('sessions.activity', session => `${session.id} ${session.status}\n`),
}

export const sessionUpdate: Words<'sessions.update'> = {
  path: ['session', 'update'],
  places: ['session'],
  flags: {
    label: { value: 'LABEL' },
    ttl: { read: 'seconds', value: 'DURATION' },
    idle_timeout: { read: 'seconds', value: 'DURATION' },
  },
  extras: [ifMatchFlag],
  examples: [
    '@last --ttl 8h',
    'ses_0123 --idle-timeout 0',
    "@last --label ''",
    '@last --ttl 8h --if-match mbJHBdM0TNEBQFbKAfWdHg',
  ],
  act: versionedCall('sessions.update', renderSession),
}

export const sessionDelete: Words<'sessions.delete'> = {
  path: ['session', 'delete'],
  places: ['session'],
  flags: { wait: { read: 'seconds', value: 'DURATION', default: '30s' } },
  examples: ['@last', 'ses_0123'],
  act: oneCall('sessions.delete', ({ id, status }) => `${id} ${status}\n`),
}
