import type { EngineEvent } from '../engine/events.ts'
import type { Renderer } from './renderer.ts'
import type { Output, Reporter } from './reporter.ts'

/** Writes what a renderer says to a stream. What tasks print goes to `prints`, where there is one, as it is. */
export function streamReporter(renderer: Renderer, output: Output, prints?: Output): Reporter {
  const write = (text: string) => {
    if (text !== '') output.write(text)
  }
  return {
    report(event: EngineEvent) {
      if (event.type === 'task-print') prints?.write(event.text)
      write(renderer.take(event))
    },
    async close() {
      write(renderer.end())
    },
  }
}
