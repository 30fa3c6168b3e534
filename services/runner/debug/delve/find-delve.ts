import { findExecutable } from '../../commands/find-executable.ts'
import { findSystemTool } from '../../commands/find-system-tool.ts'
import type { Place } from '../place.ts'

export type Delve = { readonly dlv: string; readonly python: string }
export type DelveFound = { found: true; delve: Delve } | { found: false; message: string }

/** Delve on PATH, and the Python that its connection needs. */
export async function findDelve({
  environment: { PATH = '' },
  directory,
  enclosure,
}: Pick<Place, 'environment' | 'directory' | 'enclosure'>): Promise<DelveFound> {
  const dlv = await findExecutable('dlv', PATH, directory, enclosure.shows)
  if (!dlv.found)
    return {
      found: false,
      message:
        'there is no dlv on the PATH; apt-get install delve, or go install github.com/go-delve/delve/cmd/dlv@latest',
    }
  const python = await findSystemTool('python3', PATH)
  if (python === undefined) return { found: false, message: 'delve needs python3, which is not on the PATH' }
  return { found: true, delve: { dlv: dlv.path, python } }
}
