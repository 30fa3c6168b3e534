import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'
import { fileReason } from '../../../lib/file-reason.ts'

export type TokenRead = { ok: true; token: string } | { ok: false; fault: string }

const mostBytes = 65_536

/** Reads a token from a file that is this user's own and that nobody else may read. No fault tells its path. */
export function readTokenFile(path: string): TokenRead {
  const fault = (fault: string): TokenRead => ({ ok: false, fault })
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    return fault(`its token file cannot be read: ${fileReason(error)}`)
  }
  try {
    // Of what was opened, which is what is read.
    const stat = fstatSync(file)
    if (!stat.isFile()) return fault('its token file is no file')
    if (stat.uid !== process.getuid?.())
      return fault("its token file is another user's: make it the server's own")
    if ((stat.mode & 0o077) !== 0) return fault('its token file may be read by others: chmod 600 it')
    if (stat.size > mostBytes) return fault('its token file is too large for a token')
    const token = readFileSync(file, 'utf8').trim()
    if (!/^[\x21-\x7e]+$/.test(token)) return fault('its token file does not hold one token on one line')
    return { ok: true, token }
  } finally {
    closeSync(file)
  }
}
