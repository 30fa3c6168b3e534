import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import { errorCode } from '../lib/error-code.ts'

/** Nobody writes more settings than this by hand. In bytes. */
export const mostSettings = 1_000_000

export type ReadText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  /** `line` where the fault is in one. */
  | { readonly kind: 'unreadable'; readonly reason: string; readonly line?: number }

/** Reads a text file that a person wrote. A byte order mark is dropped; what is no UTF-8 is not guessed at. */
export function readText(path: string, largest = mostSettings): ReadText {
  try {
    const stats = statSync(path)
    if (stats.isDirectory()) return unreadable('is a directory, expected a file')
    // A pipe can be read once, and settings are read by several processes.
    if (!stats.isFile()) return unreadable('is no plain file')
    if (stats.size > largest)
      return unreadable(`has ${stats.size} bytes; a configuration file has at most ${largest}`)
    return decoded(readFileSync(path))
  } catch (error) {
    const code = errorCode(error)
    switch (code) {
      case 'ENOENT':
      case 'ENOTDIR':
        return { kind: 'absent' }
      case 'EACCES':
      case 'EPERM':
        return unreadable('may not be read by this user: change its permissions')
      case 'ELOOP':
        return unreadable('is a symbolic link that leads back to itself')
      case 'ENAMETOOLONG':
        return unreadable('has a name that is too long')
      case undefined:
        throw error
      default:
        return unreadable(`cannot be read (${code})`)
    }
  }
}

const unreadable = (reason: string): ReadText => ({ kind: 'unreadable', reason })

function decoded(bytes: Buffer): ReadText {
  const [first, second] = bytes
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return unreadable('is UTF-16; save it as UTF-8')
  if (isUtf8(bytes)) return { kind: 'text', text: new TextDecoder().decode(bytes) }
  // Latin-1 has a character for each byte, so lines can be told apart.
  const lines = bytes.toString('latin1').split('\n')
  const line = lines.findIndex(text => !isUtf8(Buffer.from(text, 'latin1'))) + 1
  return { kind: 'unreadable', reason: 'is not UTF-8 here; save it as UTF-8', line }
}
