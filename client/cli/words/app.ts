import type { App } from '../../../services/contract/app-resources.ts'
import type { Output } from '../../sdk/operation-types.ts'
import { oneCall } from '../one-call.ts'
import { details } from '../render/details.ts'
import { statusColour } from '../render/paint.ts'
import { duration, relativeTime } from '../render/relative-time.ts'
import { type Column, table } from '../render/table.ts'
import type { RenderContext, Words } from './words.ts'

const columns = (now: number): Column<App>[] => [
  { title: 'NAME', cell: row => row.name },
  { title: 'STATUS', cell: row => row.status, colour: row => statusColour(row.status) },
  { title: 'COMMAND', cell: row => row.command ?? '-' },
  { title: 'STARTED', cell: row => (row.started_at === null ? '-' : relativeTime(row.started_at, now)) },
  { title: 'FAILURE', cell: row => failureText(row) ?? '-', flexible: true },
]

const failureText = ({ status, failure, exit_code: code }: App): string | null =>
  status === 'failed' ? (failure?.message ?? `it exited with code ${code}`) : null

const render = (app: App, { now }: RenderContext): string =>
  details([
    ['name', app.name],
    ['status', app.status],
    ['failure', failureText(app)],
    ['session', app.session],
    ['command', app.command],
    ['started', app.started_at && relativeTime(app.started_at, now)],
    ['ready', app.ready_at && relativeTime(app.ready_at, now)],
    ['ended', app.ended_at && relativeTime(app.ended_at, now)],
    ['idle after', app.idle_seconds === 0 ? null : duration(app.idle_seconds)],
  ])

export const appList: Words<'apps.list'> = {
  path: ['app', 'list'],
  places: ['session'],
  examples: ['@last', '@last --json'],
  act: oneCall('apps.list', (apps, context) =>
    apps.length === 0
      ? 'no apps: config/apps.toml of the server declares them\n'
      : table(apps, columns(context.now), context),
  ),
}

export const appGet: Words<'apps.get'> = {
  path: ['app', 'show'],
  places: ['session', 'app'],
  examples: ['@last files', '@last files --json'],
  act: oneCall('apps.get', render),
}

export const appStart: Words<'apps.start'> = {
  path: ['app', 'start'],
  places: ['session', 'app'],
  flags: { wait: { read: 'seconds', value: 'DURATION', default: '30s' } },
  examples: ['@last files', '@last files --wait 1m'],
  act: oneCall('apps.start', render),
}

export const appStop: Words<'apps.stop'> = {
  path: ['app', 'stop'],
  places: ['session', 'app'],
  flags: { wait: { read: 'seconds', value: 'DURATION', default: '30s' } },
  examples: ['@last files'],
  act: oneCall('apps.stop', render),
}

const renderOpened = ({ url, expires_at }: Output<'apps.open'>, { now }: RenderContext): string =>
  `${url}\n(once, ${relativeTime(expires_at, now)} at the latest)\n`

export const appOpen: Words<'apps.open'> = {
  path: ['app', 'open'],
  alias: ['session', 'expose'],
  places: ['session', 'app'],
  examples: ['@last files', '@last 3000', '@last 3000 --json'],
  act: oneCall('apps.open', renderOpened),
}
