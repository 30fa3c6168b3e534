import type { Runner, Statistics } from '../../../services/contract/administration-resources.ts'
import type { Output } from '../../sdk/operation-types.ts'
import { allFlag, listCall, pageFlags } from '../list-call.ts'
import { oneCall } from '../one-call.ts'
import { details } from '../render/details.ts'
import { duration, relativeTime } from '../render/relative-time.ts'
import { sizeText } from '../render/size-text.ts'
import { type Column, table } from '../render/table.ts'
import type { RenderContext, Words } from './words.ts'

const columns = (now: number): Column<Runner>[] => [
  { title: 'ID', cell: row => row.id },
  { title: 'HOST', cell: row => row.host, flexible: true },
  { title: 'PID', cell: row => String(row.pid) },
  { title: 'CONNECTED', cell: row => (row.connected ? 'yes' : '-') },
  { title: 'SESSIONS', cell: row => String(row.sessions) },
  { title: 'COMMANDS', cell: row => String(row.commands) },
  { title: 'RENEWED', cell: row => relativeTime(row.renewed_at, now) },
]

export const runnerList: Words<'runners.list'> = {
  path: ['runner', 'list'],
  flags: pageFlags,
  extras: [allFlag],
  examples: ['', '--json'],
  act: listCall(
    ({ runners }) => runners.list,
    (runners, context) =>
      runners.length === 0 ? 'no runners\n' : table(runners, columns(context.now), context),
  ),
}

const renderRunner = (runner: Runner, { now }: RenderContext): string =>
  details([
    ['id', runner.id],
    ['host', runner.host],
    ['pid', String(runner.pid)],
    ['connected', runner.connected ? 'yes' : 'no'],
    ['sessions', String(runner.sessions)],
    ['commands', String(runner.commands)],
    ['renewed', relativeTime(runner.renewed_at, now)],
    ['gone after', duration(runner.term)],
  ])

export const runnerShow: Words<'runners.get'> = {
  path: ['runner', 'show'],
  places: ['runner'],
  examples: ['ins_0123'],
  act: oneCall('runners.get', renderRunner),
}

/** What there is any of. */
const counts = (given: Readonly<Record<string, number>>): string =>
  Object.entries(given)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ') || 'none'

const renderStatistics = ({ users, bytes, ...rest }: Statistics): string =>
  details([
    ['users', `${users.total}${users.disabled === 0 ? '' : `, ${users.disabled} of them disabled`}`],
    ['sessions', counts(rest.sessions)],
    ['commands', counts(rest.commands)],
    ['repositories', counts(rest.repositories)],
    ['worktrees', counts(rest.worktrees)],
    ['debug sessions', String(rest.debug_sessions)],
    ['runners', String(rest.runners)],
    ...Object.entries(bytes).map(([what, size]): [string, string] => [`${what} take`, sizeText(size)]),
  ])

export const stats: Words<'admin.stats'> = {
  path: ['stats'],
  examples: ['', '--json'],
  act: oneCall('admin.stats', renderStatistics),
}

/** One kind of program that a host may have. */
const equipmentRow = ({
  name,
  tools,
  missing,
}: Features['environments' | 'debuggers'][number]): [string, string] => [
  name,
  missing ?? tools.map(tool => `${tool.name} ${tool.version}`).join(', '),
]

type Features = Output<'server.features'>

const renderFeatures = (offered: Features): string =>
  details([
    ['version', offered.version],
    ['isolation', offered.isolation],
    ['limits', offered.limits],
    ['repositories', offered.repositories.join(', ')],
    ['environment', offered.environment.join(', ')],
    ...[...offered.environments, ...offered.debuggers].map(equipmentRow),
    ['debug sessions', `${offered.debug_sessions} at a time`],
    ['sessions', `${offered.sessions} at a time for each user`],
  ])

export const features: Words<'server.features'> = {
  path: ['features'],
  examples: ['', '--json'],
  act: oneCall('server.features', renderFeatures),
}
