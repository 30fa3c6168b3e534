import { stat } from 'node:fs/promises'

/** When a file was changed last, in milliseconds; 0 where there is none. */
export async function changedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs
  } catch {
    return 0
  }
}
