import type { FileHandle } from 'node:fs/promises'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { openPlainFile } from '../../../lib/plain-file.ts'
import { commandInput } from '../../store/commands.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { RunnerContext } from '../context.ts'

/**
 * What a command is to read on its standard input, as a file of its own, so that it outlives whoever started it.
 * Undefined where it has none. Written anew for each attempt, for an earlier one may have changed it.
 */
export async function openInput(
  { store, files }: Pick<RunnerContext, 'store' | 'files'>,
  { session_id, id }: CommandRow,
): Promise<FileHandle | undefined> {
  const text = await commandInput(store, id)
  if (text === undefined) return undefined
  const path = files.input(session_id, id)
  await writeAtomically(path, text)
  const file = await openPlainFile(path)
  if (file === undefined) throw new Error('its input has been taken away')
  return file
}
