import { makeLocalFiles } from '../../../config/local-files.ts'
import { type Io, write } from '../io.ts'
import { requireClone } from './clone-configuration.ts'

/** Writes the files that a person edits: every key of the clone's configuration, commented out. */
export async function initConfig(
  io: Io,
  { json, force }: { readonly json?: true; readonly force?: true },
): Promise<void> {
  const files = await makeLocalFiles(await requireClone(io), { force: force === true })
  const text = json ? `${JSON.stringify(files)}\n` : files.map(file => `wrote ${file}\n`).join('')
  await write(io.stdout, text, io.signal)
}
