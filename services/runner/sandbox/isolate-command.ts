import { join } from 'node:path'
import type { CommandRow } from '../../store/schema.ts'
import { isolationOf } from '../../store/sessions.ts'
import type { RunnerContext } from '../context.ts'
import { sandboxed } from './sandbox.ts'

export type Isolated =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly message: string }

/**
 * The words by which a command is run as far apart as its session says: what was promised when the session started is
 * kept or nothing runs.
 */
export async function isolateCommand(
  { store, files, isolation: { sandbox, host } }: RunnerContext,
  row: CommandRow,
  directory: string,
  words: readonly string[],
): Promise<Isolated> {
  const session = await isolationOf(store, row.session_id)
  if (session?.isolation !== 'bubblewrap') return { ok: true, words }
  if (sandbox.kind === 'none')
    return {
      ok: false,
      message: `its session runs in bubblewrap, which the runner has no more: ${sandbox.reason}`,
    }
  const id = row.session_id
  const temporary = files.temporary(id)
  const view = {
    ...host,
    visible: [...host.visible, join(files.mirror(session.repository_id), 'objects')],
    writable: [files.worktree(id), files.home(id), temporary],
    ...{ temporary, directory, network: session.offline === 0 },
  }
  return { ok: true, words: sandboxed(sandbox, view, words) }
}
