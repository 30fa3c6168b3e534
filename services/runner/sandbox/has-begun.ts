import { readFile } from 'node:fs/promises'

/**
 * Whether bubblewrap has come so far as to run its program, once it has ended: only then it tells with which code that has
 * ended (`--json-status-fd`). `statusFile`: what it has told; where there is none, nobody has asked.
 */
export async function hasBegun(statusFile: string): Promise<boolean> {
  try {
    return (await readFile(statusFile, 'utf8')).includes('"exit-code"')
  } catch {
    return true
  }
}
