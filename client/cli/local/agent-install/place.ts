import { type FileHandle, lstat, open, realpath, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '../../../../lib/error-code.ts'
import { fileReason } from '../../../../lib/file-reason.ts'
import { isIn } from '../../../../lib/is-in.ts'
import { visible } from '../../../../lib/visible.ts'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'

/** A file as it is now; `path` is where it really lies. */
export type Present = { readonly path: string; readonly content: Buffer; readonly mode: number }

/** Larger than this no instructions to an agent are. */
const mostBytes = 4 * 1024 * 1024

const refuse = (code: string, message: string, fix?: string): CliError =>
  new CliError(code, exitCodes.failure, message, { fix })

/** The directory, by its real path. */
export async function directoryAt(path: string): Promise<string> {
  try {
    const real = await realpath(path)
    if ((await stat(real)).isDirectory()) return real
  } catch (error) {
    throw refuse('no_directory', `${visible(path)}: ${fileReason(error)}`)
  }
  throw refuse('no_directory', `${visible(path)}: it is no directory`)
}

/**
 * A file of the directory, undefined where there is none. Throws where it lies elsewhere by a symbolic link, its own or one
 * on the way: what is installed somewhere changes nothing outside of it.
 */
export async function fileIn(directory: string, name: string): Promise<Present | undefined> {
  const path = join(directory, name)
  const real = await realpath(path).catch(async error => {
    if (errorCode(error) !== 'ENOENT') throw refuse('unreadable', `${visible(path)}: ${fileReason(error)}`)
    await requireInside(directory, path)
    return undefined
  })
  if (real === undefined) return undefined
  if (!isIn(real, directory)) throw outside(path)
  let file: FileHandle | undefined
  try {
    file = await open(real)
    const stats = await file.stat()
    if (!stats.isFile()) throw refuse('no_file', `${visible(path)}: it is no file`)
    if (stats.size > mostBytes)
      throw refuse('too_large', `${visible(path)}: it is larger than ${mostBytes} bytes`)
    return { path: real, content: await file.readFile(), mode: stats.mode & 0o777 }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw refuse('unreadable', `${visible(path)}: ${fileReason(error)}`)
  } finally {
    await file?.close()
  }
}

/** That a file which is not there would be made inside: the nearest directory that is there lies in it, and it is no dangling link. */
async function requireInside(directory: string, path: string): Promise<void> {
  for (let place = path; place !== directory; place = dirname(place)) {
    const real = await realpath(place).catch(() => undefined)
    if (real !== undefined) {
      if (!isIn(real, directory)) throw outside(path)
      return
    }
    if ((await lstat(place).catch(() => undefined))?.isSymbolicLink() === true)
      throw refuse(
        'dangling_link',
        `${visible(place)} is a symbolic link to nothing`,
        'remove it, or make what it leads to',
      )
  }
}

const outside = (path: string): CliError =>
  refuse(
    'outside',
    `${visible(path)} leads out of the directory by a symbolic link`,
    'replace the link by a file',
  )
