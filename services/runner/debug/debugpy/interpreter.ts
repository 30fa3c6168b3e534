import { join } from 'node:path'
import { type Executable, findExecutable } from '../../commands/find-executable.ts'
import type { Place } from '../place.ts'

/** Where a project keeps an environment of its own, relative to the top of the worktree. */
const environments = ['.venv', 'venv'].flatMap(name => [join(name, 'bin/python'), join(name, 'bin/python3')])

/** The Python that runs the debuggee: the one named, else the project's own, else python3. */
export async function findInterpreter(named: string | null, place: Place): Promise<Executable> {
  const find = (name: string) =>
    findExecutable(name, place.environment.PATH ?? '', place.directory, place.enclosure.shows)
  if (named !== null) return find(named)
  for (const file of environments) {
    const found = await find(join(place.worktree, file))
    if (found.found) return found
  }
  return find('python3')
}
