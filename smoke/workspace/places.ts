import { join } from 'node:path'

/** What workspaces that the harness names itself begin with, in the temporary directory. */
export const prefix = 'debug-server-smoke-'

/** Says that a directory is a workspace of the harness, and may be removed by it. */
export const markerName = '.debug-server-smoke.json'

/** Held as long as a run is alive. */
export const lockName = '.debug-server-smoke.lock'

/** SQLite puts a journal beside it. */
export const isLockFile = (name: string): boolean => name === lockName || name.startsWith(`${lockName}-`)

/** Where everything of a workspace lies. Each run has all of it in one directory, its homes and temporary files included. */
export type Places = {
  readonly workspace: string
  readonly marker: string
  readonly lock: string
  /** What each child is given as its environment: `NAME=value` lines. */
  readonly environmentFile: string
  /** What the phases are told of the run. */
  readonly setting: string
  /** The phases, as tasks of the engine, which keeps what it writes beside it. */
  readonly taskfile: string
  readonly taskArtifacts: string
  readonly clone: string
  readonly home: string
  readonly configHome: string
  readonly stateHome: string
  readonly cacheHome: string
  readonly dataHome: string
  readonly runtime: string
  readonly temporary: string
  /** Where npm puts a Codex that is fetched. */
  readonly codex: string
  /** A person's sign-in to Codex, as long as a run is at work. */
  readonly codexHome: string
  /** A small repository that the clone's server works on. */
  readonly client: string
}

export function placesIn(workspace: string): Places {
  const at = (...parts: string[]) => join(workspace, ...parts)
  return {
    workspace,
    marker: at(markerName),
    lock: at(lockName),
    environmentFile: at('sandbox.env'),
    setting: at('run.json'),
    taskfile: at('Taskfile.ts'),
    taskArtifacts: at('.artifacts'),
    clone: at('clone'),
    home: at('home'),
    configHome: at('home', '.config'),
    stateHome: at('home', '.local', 'state'),
    cacheHome: at('home', '.cache'),
    dataHome: at('home', '.local', 'share'),
    runtime: at('run'),
    temporary: at('tmp'),
    codex: at('codex'),
    codexHome: at('codex-home'),
    client: at('client-repo'),
  }
}

/** What starts a Codex that was fetched. */
export const codexIn = ({ codex }: Pick<Places, 'codex'>): string =>
  join(codex, 'node_modules', '.bin', 'codex')

/** Those that have to be there before anything runs in it. */
export const homesOf = (places: Places): readonly string[] => [
  places.home,
  places.configHome,
  places.stateHome,
  places.cacheHome,
  places.dataHome,
  places.runtime,
  places.temporary,
]
