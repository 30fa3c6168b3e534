import { environmentOf } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { secretsOf } from '../../store/session-secrets.ts'
import type { RunnerContext } from '../context.ts'
import { environmentOffers } from '../environments/environment-offers.ts'
import { commandEnvironment } from './command-environment.ts'
import { ownDirectories } from './own-directories.ts'

type Context = Pick<RunnerContext, 'store' | 'files' | 'path' | 'inherit' | 'user'>

/** The environment of a command that starts in this directory. What the command itself was given hides secrets. */
export const surroundings = async (
  { store, files, path, inherit, user }: Context,
  row: CommandRow,
  directory: string,
): Promise<Record<string, string>> =>
  commandEnvironment({
    ...ownDirectories(files, row.session_id, row.environment_id),
    session: row.session_id,
    command: row.id,
    path,
    offer: await environmentOffers({ store, files }, row),
    building: row.environment_id === null ? undefined : files.environment(row.environment_id),
    directory,
    user,
    inherit,
    terminal: row.terminal_columns !== null,
    client: { ...(await secretsOf(store, row.session_id)), ...environmentOf(row) },
  })
