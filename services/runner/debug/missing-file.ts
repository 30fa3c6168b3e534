import { realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { nearest } from '../../../lib/suggest.ts'
import type { CommandFailure } from '../../contract/command-state.ts'
import { namesShown } from './names-shown.ts'
import type { Place } from './place.ts'

/** Why there is nothing to run, said before anything is started; undefined where the file or directory is there. */
export async function missingFile(
  file: string,
  { directory, enclosure: { shows } }: Pick<Place, 'directory' | 'enclosure'>,
): Promise<CommandFailure | undefined> {
  const path = resolve(directory, file)
  const place = await realpath(path).catch(() => undefined)
  if (place !== undefined && shows(place)) return undefined
  const meant = nearest(basename(path), await namesShown(dirname(path), shows))
  const hint = meant === undefined ? '' : `; did you mean "${join(dirname(file), meant)}"?`
  const message = `${file}: there is no such file${hint}`
  return { reason: 'executable_not_found', message }
}
