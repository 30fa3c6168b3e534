import { plainLine } from './plain-text.ts'
import type { Piece } from './whole-log.ts'

/**
 * What GitHub Actions obeys in a log. It obeys what tasks say as well, so lines of others are put between
 * `::stop-commands::` and `pause`, a word that no output can contain.
 */

/** A workflow command: `::error file=a.ts,line=3::message`. */
export function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`)
  return `::${name}${list.length === 0 ? '' : ` ${list.join(',')}`}::${escapeData(message)}\n`
}

/** Lines that can be opened, below a title. */
export function group(title: string, lines: readonly string[], pause: string): string {
  return `::group::${escapeData(title)}\n${paused(lines, pause)}::endgroup::\n`
}

/** The same with a log of which nobody knows what is in it. */
export function groupOf(title: string, pieces: readonly Piece[], pause: string): Piece[] {
  return [
    `::group::${escapeData(title)}\n::stop-commands::${pause}\n`,
    ...pieces,
    `::${pause}::\n::endgroup::\n`,
  ]
}

/** Lines of others, which may look like commands and must not be obeyed. */
export function paused(lines: readonly string[], pause: string): string {
  return guarded(lines.map(line => `${plainLine(line)}\n`).join(''), pause)
}

/** Text of ours, colours included, that names what others chose: files, or what they said. */
export function guarded(text: string, pause: string): string {
  return /::|##\[/.test(text) ? `::stop-commands::${pause}\n${text}::${pause}::\n` : text
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
