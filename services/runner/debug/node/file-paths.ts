import { realpathSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The path of a file by its URL, or by its path; undefined of what is no file here: a debuggee names whatever it likes. */
export function pathOf(url: string): string | undefined {
  try {
    return url.startsWith('file:') ? fileURLToPath(url) : isAbsolute(url) ? url : undefined
  } catch {
    return undefined
  }
}

/** Without symbolic links. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
