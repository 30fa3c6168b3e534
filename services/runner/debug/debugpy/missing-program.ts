import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { didYouMean } from '../../../../lib/suggest.ts'
import type { CommandFailure } from '../../../contract/command-state.ts'
import type { DebugRequest } from '../../../contract/debug-request.ts'

/** Why there is nothing to run, said before anything is started. Whether a module is there, only Python can tell. */
export async function missingProgram(
  { program }: DebugRequest,
  directory: string,
): Promise<CommandFailure | undefined> {
  if (program.kind !== 'file') return undefined
  const path = resolve(directory, program.file)
  try {
    await stat(path)
    return undefined
  } catch {
    const siblings = await readdir(dirname(path)).catch(() => [])
    const hint = didYouMean(basename(path), siblings)
    const message = `${program.file}: there is no such file${hint === undefined ? '' : `; ${hint}`}`
    return { reason: 'executable_not_found', message }
  }
}
