import { join } from 'node:path'

/** Where the engine keeps what it writes, for a Taskfile in the directory `root`. */
export function ownPlaces(root: string) {
  const directory = join(root, '.artifacts', 'task')
  return {
    memory: join(directory, 'runs.db'),
    cache: join(directory, 'cache'),
    logs: join(directory, 'logs'),
    /** See `UnchangedRun`. Known to `launch.mjs`, too. */
    unchanged: join(directory, 'unchanged'),
    /** See `knownOptions`. Known to `launch.mjs`, too. */
    commands: join(directory, 'commands'),
    /** See `knownOptions`. */
    graphs: join(directory, 'graphs'),
  }
}
