import { createHash } from 'node:crypto'
import { chmodSync, lstatSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDirectory } from './make-directory.ts'

/** The longest path a unix socket may have here. The system's limit is 108 bytes on Linux and 104 on macOS. */
const longest = 100

/**
 * A directory for unix sockets whose names have at most `nameLength` bytes: `preferred` where the paths stay short
 * enough, otherwise one of the user's own (0700) below the runtime or temporary directory, the same at each call.
 */
export function socketDirectory(
  preferred: string,
  nameLength: number,
  environment: Record<string, string | undefined>,
): string {
  if (Buffer.byteLength(preferred) + 1 + nameLength <= longest) return preferred
  const name = `debug-server-${createHash('sha256').update(preferred).digest('hex').slice(0, 12)}`
  return join(environment.XDG_RUNTIME_DIR ?? tmpdir(), name)
}

/** Makes a directory that only its owner may enter. Throws where another user has made it. */
export function makePrivateDirectory(path: string): void {
  makeDirectory(path)
  const { uid } = lstatSync(path)
  if (process.getuid !== undefined && uid !== process.getuid())
    throw new Error(`${path} belongs to another user (uid ${uid})`)
  chmodSync(path, 0o700)
}
