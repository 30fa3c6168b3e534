import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { shells } from '../../../lib/completion/shell-answer.ts'
import { didYouMean } from '../../../lib/suggest.ts'
import { usageError } from '../cli-error.ts'
import { type Io, write } from '../io.ts'
import { abridged } from '../render/abridged.ts'

/** Prints the script for a shell, which asks `debug-server --complete` at each TAB. */
export async function printCompletions(
  io: Io,
  [shell = '']: readonly string[],
  { json }: { readonly json?: true },
): Promise<void> {
  if (!shells.some(known => known === shell))
    throw usageError(`"${abridged(shell)}": expected ${shells.join(', ')}`, didYouMean(shell, shells))
  const script = await readFile(
    join(import.meta.dirname, '../completion/scripts', `debug-server.${shell}`),
    'utf8',
  )
  await write(io.stdout, json ? `${JSON.stringify({ shell, script })}\n` : script, io.signal)
}
