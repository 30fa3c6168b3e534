import type { EngineEvent } from '../engine/events.ts'
import type { PieceRenderer } from './renderer.ts'
import type { Output, Reporter } from './reporter.ts'
import { type Piece, type SlowOutput, writePieces } from './whole-log.ts'

export interface StreamOptions {
  /** For what tasks print, as it is. */
  readonly prints?: Output
  /** Aborted where nobody waits for the rest of a long log any more. */
  readonly signal?: AbortSignal | undefined
}

/** Writes what a renderer says to a stream; while a whole log is read for it, the rest waits. */
export function streamReporter(
  renderer: PieceRenderer,
  output: SlowOutput,
  { prints, signal }: StreamOptions = {},
): Reporter {
  const waiting: Piece[] = []
  let writing: Promise<void> | undefined
  const write = (text: string | readonly Piece[]) => {
    if (typeof text === 'string' && writing === undefined) {
      if (text !== '') output.write(text)
      return
    }
    waiting.push(...(typeof text === 'string' ? [text] : text))
    writing ??= writeWaiting()
  }
  const writeWaiting = async () => {
    while (waiting.length > 0) await writePieces(waiting.splice(0), output, signal)
    writing = undefined
  }
  return {
    report(event: EngineEvent) {
      if (event.type === 'task-print') prints?.write(event.text)
      write(renderer.take(event))
    },
    async close() {
      write(renderer.end())
      await writing
    },
  }
}
