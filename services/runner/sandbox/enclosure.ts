import { realpathSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isIn } from '../../../lib/is-in.ts'
import { scopeVariable } from '../../../lib/processes/process-scope.ts'
import type { EnvironmentId, SessionId } from '../../contract/ids.ts'
import { environmentsOf } from '../../store/environments.ts'
import type { DataFiles } from '../../store/files.ts'
import { submodulesOf } from '../../store/rows.ts'
import { type IsolationRow, isolationOf } from '../../store/sessions.ts'
import { ownDirectories } from '../commands/own-directories.ts'
import type { RunnerContext } from '../context.ts'
import type { SandboxView } from './bubblewrap-options.ts'
import { hostView } from './host-view.ts'
import { type OpenOptions, openOptions } from './open-options.ts'
import { enclosed, type Program } from './sandbox.ts'

/** A program as it is started. To be disposed of once it has been: `options` are an open file. */
export type ReadyProgram = Program & Disposable & { readonly options: OpenOptions | undefined }

/** How far apart the programs of a session run. */
export type Enclosure = {
  /** Whether anything encloses them. */
  readonly apart: boolean
  /** Whether they share the host's network. */
  readonly network: boolean
  /** `statusFile`: gets what `hasBegun` asks for. */
  enclose(program: Program, directory: string, statusFile?: string): ReadyProgram
  /** Whether a file can be read inside; its path without symbolic links. */
  shows(path: string): boolean
}

export type Isolated = (Enclosure & { readonly ok: true }) | { readonly ok: false; readonly message: string }

type Context = Pick<RunnerContext, 'store' | 'files' | 'isolation'>

/**
 * How the programs of a session are run now: as far apart as the session says. What was promised when it started is kept or
 * nothing runs. `building`: the environment that the program builds; it has that one in place of the worktree.
 */
export const isolationFor = (
  context: Context,
  id: SessionId,
  building: EnvironmentId | null = null,
): Promise<Isolated> =>
  isolationWith(context, id, async session => {
    const { store, files } = context
    const { repository_id, offline } = session
    const place = building === null ? files.worktree(id) : files.environment(building)
    const { home, temporary } = ownDirectories(files, id, building)
    const environments = building === null ? await environmentsOf(store, id) : []
    return {
      visible: [
        join(files.mirror(repository_id), 'objects'),
        ...submodulesOf(session).map(({ mirror }) => join(files.submodule(repository_id, mirror), 'objects')),
        ...environments.map(environment => files.environment(environment.id)),
        files.opencode,
      ],
      writable: [place, home, temporary],
      temporary,
      network: offline === 0,
    }
  })

/** How what copies from an environment for a session is run: `drafts` alone can be written. */
export const isolationForCopy = (
  context: Context,
  id: SessionId,
  environment: EnvironmentId,
  drafts: string,
): Promise<Isolated> =>
  isolationWith(context, id, async () => ({
    visible: [context.files.environment(environment)],
    writable: [drafts],
    temporary: drafts,
    network: false,
  }))

/** What a program has beside what all have. */
type Access = Pick<SandboxView, 'visible' | 'writable' | 'temporary' | 'network'>

async function isolationWith(
  { store, files, isolation: { sandbox, places } }: Context,
  id: SessionId,
  accessOf: (session: IsolationRow) => Promise<Access>,
): Promise<Isolated> {
  const session = await isolationOf(store, id)
  if (session?.isolation !== 'bubblewrap') return { ok: true, ...openly }
  if (sandbox.kind === 'none')
    return {
      ok: false,
      message: `its session runs in bubblewrap, which the runner has no more: ${sandbox.reason}`,
    }
  const access = await accessOf(session)
  const { writable } = access
  const moved = writable.find(path => !isPlain(files, path))
  if (moved !== undefined)
    return {
      ok: false,
      message: `its ${relative(files.session(id), moved)} is no directory of its own any more`,
    }
  // Looked at each time: what is on PATH, for one, comes and goes.
  const host = hostView(places)
  const visible = [...host.visible, ...access.visible]
  const view = { ...host, ...access, visible }
  const unseen = [...host.hidden, ...host.masked, '/tmp', '/var/tmp', '/proc', '/dev']
  return {
    ok: true,
    apart: true,
    network: access.network,
    enclose(program, directory, statusFile) {
      const mark = program.environment[scopeVariable]
      const outside = mark === undefined ? {} : { [scopeVariable]: mark }
      const { options, ...rest } = enclosed(sandbox.program, { ...view, directory }, program, outside)
      const open = openOptions(files.session(id), options, statusFile)
      return { ...rest, options: open, [Symbol.dispose]: () => open[Symbol.dispose]() }
    },
    shows: path =>
      [...writable, ...visible].some(place => isBelow(path, realPathOf(place))) ||
      !unseen.some(place => isIn(path, place)),
  }
}

/** Not apart at all. */
export const openly: Enclosure = {
  apart: false,
  network: true,
  enclose: program => ({ ...program, options: undefined, [Symbol.dispose]: () => undefined }),
  shows: () => true,
}

/** Whether no symbolic link below the data directory leads there: before it was kept apart, a session may have made some. */
const isPlain = (files: DataFiles, path: string): boolean =>
  realPathOf(path) === join(realPathOf(files.root), relative(files.root, path))

/** Nothing lies in what is not there. */
const isBelow = (path: string, place: string): boolean => place !== '' && isIn(path, place)

/** Empty where nothing is there. */
function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return ''
  }
}
