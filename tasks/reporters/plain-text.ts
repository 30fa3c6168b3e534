import { stripVTControlCharacters } from 'node:util'

// Everything that moves a cursor, rings, or turns the writing direction: C0 and C1 controls, and the bidi overrides.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
const controls = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** A line of somebody else's output, made harmless: no escape sequences, no control characters. */
export function plainLine(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\t', '    ').replace(controls, '')
}

/** A duration as people say it: `85 ms`, `1.2 s`, `2 min 5 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  const seconds = ms / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

/** A number as people read it: `1,000`. */
export function numeral(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** `1 task`, `2 tasks`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${numeral(number)} ${number === 1 ? noun : plural}`
}
