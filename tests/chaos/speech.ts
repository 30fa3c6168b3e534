import { between, random } from './random.ts'

/** What one command says and does, all of it known beforehand. */
export type Speech = {
  /** Names it: no two commands have the same. */
  seed: number
  /** How many times it speaks, on both streams. */
  chunks: number
  /** Milliseconds between two chunks. */
  pause: number
  exitCode: number
  /** `child`: a child process says the second half. `daemon`: it leaves a daemon behind. */
  forks: 'nothing' | 'child' | 'daemon'
}

/** The `number`th speech of a run, of so many milliseconds. */
export function drawSpeech(next: () => number, number: number, milliseconds: number): Speech {
  const chunks = Math.max(2, Math.min(150, Math.round(milliseconds / 100)))
  return {
    seed: number,
    chunks,
    pause: Math.round(milliseconds / chunks),
    exitCode: [0, 0, 1, 7, 42, 255][between(next, 0, 5)] ?? 0,
    forks: (['nothing', 'child', 'daemon'] as const)[between(next, 0, 2)] ?? 'nothing',
  }
}

/** One chunk of one stream: text, bytes that are no UTF-8, and now and then much at once. */
export function chunkOf({ seed }: Pick<Speech, 'seed'>, stream: 'stdout' | 'stderr', index: number): Buffer {
  const next = random(seed * 7_919 + index * 2 + (stream === 'stdout' ? 0 : 1))
  const length = next() < 0.05 ? between(next, 50_000, 150_000) : between(next, 0, 400)
  const text = next() < 0.5
  const bytes = Buffer.alloc(length)
  for (let i = 0; i < length; i++) bytes[i] = text ? between(next, 32, 126) : between(next, 0, 255)
  return bytes
}

/** All that a stream gets in the end. */
export const wholeOf = (speech: Speech, stream: 'stdout' | 'stderr'): Buffer =>
  Buffer.concat(Array.from({ length: speech.chunks }, (_, index) => chunkOf(speech, stream, index)))
