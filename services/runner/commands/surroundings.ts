import { environmentOf } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { RunnerContext } from '../context.ts'
import { commandEnvironment } from './command-environment.ts'

/** The environment of a command that starts in this directory. */
export const surroundings = (
  { files, path, inherit, user }: Pick<RunnerContext, 'files' | 'path' | 'inherit' | 'user'>,
  row: CommandRow,
  directory: string,
): Record<string, string> =>
  commandEnvironment({
    session: row.session_id,
    command: row.id,
    path,
    home: files.home(row.session_id),
    temporary: files.temporary(row.session_id),
    directory,
    user,
    inherit,
    client: environmentOf(row),
  })
