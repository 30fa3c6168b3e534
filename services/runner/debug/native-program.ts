import { constants } from 'node:fs'
import { access, open, realpath, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { CommandFailure } from '../../contract/command-state.ts'
import { missingFile } from './missing-file.ts'
import type { Place } from './place.ts'

/** A file that a native debugger is to work on, by its absolute path; or why it cannot. */
export type NativeFile = { ok: true; path: string } | { ok: false; failure: CommandFailure }

const elf = Buffer.from('\x7fELF', 'latin1')

type Ground = Pick<Place, 'directory' | 'enclosure'>

/** The executable that is to run, said before anything is started. */
export async function nativeProgram(file: string, ground: Ground): Promise<NativeFile> {
  const found = await nativeFile(file, ground)
  if (!found.ok) return found
  const mayRun = await access(found.path, constants.X_OK).then(
    () => true,
    () => false,
  )
  return mayRun ? found : no('not_executable', `${file}: may not be executed; chmod +x makes it so`)
}

/** What was left by a program that crashed. */
export async function coreDump(file: string, ground: Ground): Promise<NativeFile> {
  return nativeFile(file, ground)
}

async function nativeFile(file: string, ground: Ground): Promise<NativeFile> {
  const failure = await missingFile(file, ground)
  if (failure !== undefined) return { ok: false, failure }
  const path = resolve(ground.directory, file)
  const place = await realpath(path)
  // A pipe would keep us waiting.
  if (!(await stat(place)).isFile()) return no('not_executable', `${file}: is no file`)
  const head = await beginning(place)
  if (head === undefined) return no('not_executable', `${file}: cannot be read`)
  if (head.equals(elf)) return { ok: true, path }
  const script = head.toString('latin1', 0, 2) === '#!'
  return no(
    'not_executable',
    script
      ? `${file}: is a script; debug the program that runs it, with the script among its arguments`
      : `${file}: is no native program (ELF)`,
  )
}

async function beginning(path: string): Promise<Buffer | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(elf.length), 0, elf.length, 0)
    return buffer.subarray(0, bytesRead)
  } catch {
    return undefined
  }
}

const no = (reason: CommandFailure['reason'], message: string): NativeFile => ({
  ok: false,
  failure: { reason, message },
})
