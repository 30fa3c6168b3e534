import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { addAbortSignal } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { fileReason } from '../../lib/file-reason.ts'
import { visible } from '../../lib/visible.ts'
import { usageError } from './cli-error.ts'
import type { Io } from './io.ts'

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
    throw usageError(`${flag} ${name}: ${fileReason(error)}`)
  }
}
