import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { addAbortSignal } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { errorCode } from '../../lib/error-code.ts'
import { usageError } from './cli-error.ts'
import type { Io } from './io.ts'
import { visible } from './render/visible.ts'

/** The content of a file that a flag names, or of standard input for `-`, as text. */
export async function readText(io: Io, flag: string, file: string): Promise<string> {
  const name = file === '-' ? 'standard input' : visible(file)
  if (file === '-' && io.stdin.isTTY === true)
    io.stderr.write(`${flag}: reading from the terminal; end with Ctrl+D\n`)
  const content = await read(io, flag, file, name)
  if (content.length === 0) throw usageError(`${flag} ${visible(file)}: ${name} is empty`)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    throw usageError(`${flag} ${visible(file)}: ${name} is not UTF-8 text`)
  }
}

async function read(io: Io, flag: string, file: string, name: string): Promise<Buffer> {
  try {
    if (file === '-') return await buffer(addAbortSignal(io.signal, io.stdin))
    return await readFile(resolve(io.directory, file), { signal: io.signal })
  } catch (error) {
    io.signal.throwIfAborted()
    throw usageError(`${flag} ${name}: ${reasonOf(error)}`)
  }
}

/** Why a file could not be used, without the system's call and path. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error) ?? ''
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    ENOTDIR: 'a part of its path is no directory',
    EISDIR: 'it is a directory',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'no space is left',
  }
  return reasons[code] ?? (error instanceof Error ? error.message : String(error))
}
