import { closeSync, openSync, readSync } from 'node:fs'
import { errorCode } from '../../lib/error-code.ts'
import { plainLine } from './plain-text.ts'

/** A log that is longer than what is kept of it, at its place among texts: it is read when that is written. */
export interface WholeLog {
  readonly path: string
  /** In front of each line. */
  readonly prefix: string
}

export type Piece = string | WholeLog

const pieceBytes = 64 * 1024

/** All lines of a log as texts of about 64 KiB, whatever is in them made harmless. What cannot be read is told in its place. */
export function* textsOf({ path, prefix }: WholeLog): Generator<string> {
  const { StringDecoder } = process.getBuiltinModule('node:string_decoder')
  const decoder = new StringDecoder('utf8')
  const buffer = Buffer.allocUnsafe(pieceBytes)
  let file: number | undefined
  let rest = ''
  let isWithinLine = false
  const dressed = (line: string) => {
    const text = (isWithinLine ? '' : prefix) + plainLine(line)
    isWithinLine = false
    return text
  }
  try {
    file = openSync(path, 'r')
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
      const lines = (rest + decoder.write(buffer.subarray(0, read))).split('\n')
      rest = lines.pop() ?? ''
      let text = lines.map(line => `${dressed(line)}\n`).join('')
      if (rest.length >= pieceBytes) {
        // Of a line without an end no more is kept than of others.
        text += dressed(rest)
        rest = ''
        isWithinLine = true
      }
      if (text !== '') yield text
    }
    rest += decoder.end()
    if (rest !== '' || isWithinLine) yield `${dressed(rest)}\n`
  } catch (error) {
    yield `${prefix}… the rest of this log cannot be read: ${errorCode(error) ?? String(error)} …\n`
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Where pieces go: who reads slowly is waited for. */
export interface SlowOutput {
  write(text: string): unknown
  flushed(): Promise<void>
}

/** Writes one piece after the other. A log is cut where `signal` says that nobody waits any more. */
export async function writePieces(
  pieces: readonly Piece[],
  output: SlowOutput,
  signal: AbortSignal | undefined,
): Promise<void> {
  const aborted = Promise.withResolvers<void>()
  const abort = () => aborted.resolve()
  signal?.addEventListener('abort', abort)
  try {
    for (const piece of pieces) {
      if (typeof piece === 'string') {
        output.write(piece)
        continue
      }
      for (const text of textsOf(piece)) {
        if (signal?.aborted) {
          output.write(`${piece.prefix}… cut here: the run was ended …\n`)
          break
        }
        output.write(text)
        await Promise.race([output.flushed(), aborted.promise])
        // Lets a signal come through where a write waits for nothing.
        await new Promise(resolve => setImmediate(resolve))
      }
    }
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
