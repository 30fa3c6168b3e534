import { getCommand } from '../../store/commands.ts'
import { endBuild } from '../../store/environment-transitions.ts'
import type { EnvironmentJoined } from '../../store/environments.ts'
import { toCommand } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { secretsOf } from '../../store/session-secrets.ts'
import type { RunnerContext } from '../context.ts'
import { logEnd } from '../logs/log-end.ts'
import { type BuildEnd, buildEnd } from './build-end.ts'

/**
 * Writes down what the build of an environment has come to, if it is over; false where it goes on. It follows from how its
 * command has ended, so whoever waits for it may do this: what one writes any other would have written.
 */
export async function settleBuild(context: RunnerContext, environment: EnvironmentJoined): Promise<boolean> {
  const { store, metrics, log } = context
  const { id, manager, command_id } = environment
  const row = command_id === null ? undefined : await getCommand(store, command_id)
  const command = row === undefined ? undefined : toCommand(row)
  const end = buildEnd(manager, command)
  if (end === undefined) return false
  if (!(await endBuild(store, id, command_id, await explained(context, end, row)))) return true
  const took = seconds(row)
  metrics.environmentBuilt(manager, end.to === 'ready' ? 'ready' : end.failure.reason, took)
  log.info({ environment: id, manager, status: end.to, seconds: took }, 'the build of an environment is over')
  return true
}

/** A build that failed is told with the end of its log. */
async function explained(
  { store, files }: RunnerContext,
  end: BuildEnd,
  row: CommandRow | undefined,
): Promise<BuildEnd> {
  if (end.to === 'ready' || end.failure.reason !== 'build_failed' || row === undefined) return end
  const secrets = Object.values(await secretsOf(store, row.session_id))
  const lines = await logEnd(files.log(row.session_id, row.id, 'stdout'), secrets)
  const { reason, message } = end.failure
  const told = lines === '' ? message : `${message}:\n${lines}`
  return { to: 'failed', failure: { reason, message: withoutPaths(told, files.root) } }
}

const withoutPaths = (text: string, root: string): string => text.replaceAll(root, '…')

function seconds(row: CommandRow | undefined): number | undefined {
  if (row?.started_at == null || row.ended_at === null) return undefined
  return Math.max(0, Date.parse(row.ended_at) - Date.parse(row.started_at)) / 1_000
}
