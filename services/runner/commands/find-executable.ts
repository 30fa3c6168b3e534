import { constants } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'

export type Executable =
  | { found: true; path: string }
  | { found: false; reason: 'executable_not_found' | 'not_executable'; message: string }

/** How much of a name is repeated in a message. */
const longestShown = 200

/**
 * Finds a program as execvp(3) does: a name with a slash from `directory` on, any other along `path`, passing over
 * files that may not be executed. An empty entry of `path` means the directory itself. `shows`: whether who asks may see a file,
 * by its path without symbolic links; any other is not there.
 */
export async function findExecutable(
  name: string,
  path: string,
  directory: string,
  shows: (path: string) => boolean = () => true,
): Promise<Executable> {
  const shown = name.length > longestShown ? `${name.slice(0, longestShown)}…` : name
  if (name.includes('/')) {
    const file = resolve(directory, name)
    switch (await fitness(file, shows)) {
      case 'executable':
        return { found: true, path: file }
      case 'missing':
        return {
          found: false,
          reason: 'executable_not_found',
          message: `${shown}: there is no such program${hint(name)}`,
        }
      case 'unfit':
        return { found: false, reason: 'not_executable', message: `${shown}: may not be executed` }
    }
  }
  const places = path.split(':').map(entry => resolve(directory, entry, name))
  const fit = await Promise.all(places.map(place => fitness(place, shows)))
  const first = places[fit.indexOf('executable')]
  if (first !== undefined) return { found: true, path: first }
  return fit.includes('unfit')
    ? { found: false, reason: 'not_executable', message: `${shown}: found on PATH, but may not be executed` }
    : {
        found: false,
        reason: 'executable_not_found',
        message: `${shown}: no such program on PATH${hint(name)}`,
      }
}

/** Who gives a whole line as a program wants a shell. */
const hint = (name: string): string =>
  /\s/.test(name)
    ? ' of that whole name; a line is given as "shell", a program and its arguments one by one'
    : ''

async function fitness(
  file: string,
  shows: (path: string) => boolean,
): Promise<'executable' | 'unfit' | 'missing'> {
  try {
    if (!shows(await realpath(file))) return 'missing'
    if (!(await stat(file)).isFile()) return 'unfit'
  } catch {
    return 'missing'
  }
  try {
    await access(file, constants.X_OK)
    return 'executable'
  } catch {
    return 'unfit'
  }
}
