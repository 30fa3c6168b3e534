import { realpath } from 'node:fs/promises'
import { namesIn } from '../names-in.ts'

/** The names in a directory, for suggestions; none where it may not be seen. `shows`: whether a path without symbolic links may. */
export async function namesShown(directory: string, shows: (path: string) => boolean): Promise<string[]> {
  const place = await realpath(directory).catch(() => undefined)
  return place !== undefined && shows(place) ? namesIn(place) : []
}
