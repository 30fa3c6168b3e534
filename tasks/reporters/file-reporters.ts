import { closeSync, openSync, writeSync } from 'node:fs'
import { writeAtomically } from '../../lib/atomic-file.ts'
import type { EngineEvent } from '../engine/events.ts'
import type { PieceRenderer, Renderer } from './renderer.ts'
import type { Reporter } from './reporter.ts'
import { textsOf } from './whole-log.ts'

/** Writes a report whole, when the run is over: readers find the old one or the new. */
export function wholeFileReporter(renderer: Renderer, path: string): Reporter {
  return {
    report(event: EngineEvent) {
      renderer.take(event)
    },
    close: () => writeAtomically(path, renderer.end(), { mode: 0o666 }),
  }
}

/**
 * Writes line by line while the run goes on, so that a run that is killed leaves what it had told. The first error of
 * the file is kept for `close`: a full disk must not end the run.
 */
export function growingFileReporter(renderer: PieceRenderer, path: string): Reporter {
  const file = openSync(path, 'w', 0o666)
  let fault: { readonly error: unknown } | undefined
  const write = (text: string) => {
    if (fault !== undefined) return
    try {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    } catch (error) {
      fault = { error }
    }
  }
  return {
    report(event) {
      const taken = renderer.take(event)
      for (const piece of typeof taken === 'string' ? [taken] : taken) {
        if (typeof piece === 'string') write(piece)
        else for (const text of textsOf(piece)) write(text)
      }
    },
    async close() {
      write(renderer.end())
      closeSync(file)
      if (fault !== undefined) throw fault.error
    },
  }
}
