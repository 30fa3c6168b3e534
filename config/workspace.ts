import { dirname, join, resolve } from 'node:path'
import { socketDirectory } from '../lib/socket-path.ts'
import { UserError } from '../lib/user-error.ts'
import { expanded, placeIn } from './expand.ts'
import { bootstrapSettings } from './settings.ts'

/**
 * Where everything of this workspace lies. All that the project writes at run time is below `.artifacts/`, unless the
 * configuration places the data elsewhere.
 */
export type Workspace = {
  root: string
  artifacts: string
  /** The checkout that `repository.path` names. */
  repository: string
  dataDirectory: string
  /** The SQLite file of the store. */
  storeFile: string
  condaEnvironmentFile: string
  condaInstallPath: string
  /** A program on PATH, or where one lies. */
  condaCommand: string
  logs: string
  /** What `task up` left for clients and for the next `task up`: see tasks/services. */
  run: string
  secrets: string
  adminTokenFile: string
  endpointsFile: string
  /** What PM2 writes: this workspace's own, never the user's. */
  pm2Home: string
  runnerSocket: string
}

/** The directory that this code stands in. */
export const ownRoot = resolve(import.meta.dirname, '..')

/** Where Node keeps compiled code: of services, and of all else that is run here, Taskfiles of other projects included. */
export const compileCache = join(ownRoot, '.artifacts', 'compile-cache')
/** Where it keeps that of apps of sessions alone, for sessions can read it. */
export const appsCompileCache = join(compileCache, 'apps')

export function openWorkspace(root: string, environment: Record<string, string | undefined>): Workspace {
  const { repository, storage, environment: made } = bootstrapSettings(root, environment).values
  const place = (path: string) => placeIn(root, path, environment)
  const artifacts = join(root, '.artifacts')
  const run = join(artifacts, 'run')
  const secrets = join(artifacts, 'secrets')
  return {
    root,
    artifacts,
    repository: place(repository.path),
    dataDirectory: place(storage.data_dir),
    storeFile: storeFile(environment.DEBUG_SERVER_DB_URL, root) ?? place(storage.sqlite_path),
    condaEnvironmentFile: place(made.conda_environment_file),
    condaInstallPath: place(made.conda_install_path),
    condaCommand: expanded(made.conda_command, environment),
    logs: join(artifacts, 'logs'),
    run,
    secrets,
    adminTokenFile: join(secrets, 'admin-token'),
    endpointsFile: join(run, 'endpoints.json'),
    pm2Home: socketDirectory(join(artifacts, 'pm2'), 'interactor.sock'.length, environment),
    runnerSocket: join(
      socketDirectory(join(run, 'sockets'), longestSocketName.length, environment),
      'runner.sock',
    ),
  }
}

const longestSocketName = 'ins_000000000000.sock'

/** Where a service that `task up` has started gives its listening socket to its successor, beside the runner's socket. */
export const listenerSocket = ({ runnerSocket }: Pick<Workspace, 'runnerSocket'>, instance: string): string =>
  join(dirname(runnerSocket), `${instance}.sock`)

/** Where it is asked to leave once that serves. */
export const leaveSocket = ({ runnerSocket }: Pick<Workspace, 'runnerSocket'>, instance: string): string =>
  join(dirname(runnerSocket), `${instance}.end`)

/** Where a proxy tells how many answers of apps are under way. */
export const appsSocket = ({ runnerSocket }: Pick<Workspace, 'runnerSocket'>, instance: string): string =>
  join(dirname(runnerSocket), `${instance}.apps`)

/** Whether it is a socket of one service alone, by its name. */
export const isInstanceSocket = (name: string): boolean => /^ins_\w+\.(?:sock|end|apps)$/.test(name)

/** The file that `DEBUG_SERVER_DB_URL` names: `sqlite:PATH` or `sqlite:///ABSOLUTE/PATH`. */
function storeFile(url: string | undefined, root: string): string | undefined {
  if (url === undefined || url === '') return undefined
  const [, path] = /^sqlite:(?:\/\/(?=\/))?(.+)$/.exec(url) ?? []
  if (path === undefined)
    throw new UserError(
      `DEBUG_SERVER_DB_URL is ${JSON.stringify(redacted(url))}, which is no SQLite address`,
      {
        fix: 'write it as sqlite:PATH, or unset it',
      },
    )
  return resolve(root, path)
}

const redacted = (url: string): string => url.replace(/\/\/.*@/s, '//***@')
