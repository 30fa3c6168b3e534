import type { EngineEvent } from '../engine/events.ts'

/** Turns events into text and does nothing else: what it is given is all that it knows. */
export interface Renderer {
  /** What is to be written now, often nothing. */
  take(event: EngineEvent): string
  /** What is to be written after the last event. */
  end(): string
}
