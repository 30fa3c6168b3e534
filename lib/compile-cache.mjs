/** Where Node keeps the code that it has compiled. Plain JavaScript, which an old Node can load, and only a new one calls. */
import { join } from 'node:path'

/**
 * Keeps compiled code under the package, or in the temporary directory where that cannot be written: it takes more than
 * half off the start. Without either it is done without.
 *
 * @param {string} root
 */
export function useCompileCache(root) {
  const builtin = process.getBuiltinModule
  const { enableCompileCache, getCompileCacheDir } = builtin('node:module')
  if (getCompileCacheDir() !== undefined) return
  enableCompileCache(join(root, '.artifacts', 'compile-cache'))
  if (getCompileCacheDir() !== undefined) return
  const user = process.getuid?.() ?? 'user'
  const shared = join(builtin('node:os').tmpdir(), `debug-server-compile-cache-${user}`)
  if (isPrivate(shared)) enableCompileCache(shared)
}

/**
 * Whether a directory is there, or could be made, that nobody but this user can write to: code is loaded from it.
 *
 * @param {string} directory
 */
function isPrivate(directory) {
  const { lstatSync, mkdirSync } = process.getBuiltinModule('node:fs')
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const found = lstatSync(directory)
    return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o077) === 0
  } catch {
    return false
  }
}
