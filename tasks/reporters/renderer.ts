import type { EngineEvent } from '../engine/events.ts'
import type { Piece } from './whole-log.ts'

/** Turns events into text and does nothing else: what it is given is all that it knows. */
export interface Renderer {
  /** What is to be written now, often nothing. */
  take(event: EngineEvent): string
  /** What is to be written after the last event. */
  end(): string
}

/** One that may have whole logs written, which are longer than what anybody keeps. */
export interface PieceRenderer {
  take(event: EngineEvent): string | readonly Piece[]
  end(): string
}
