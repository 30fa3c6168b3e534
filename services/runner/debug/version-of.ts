import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { openly } from '../sandbox/enclosure.ts'
import { askProgram } from './ask-program.ts'
import type { Place } from './place.ts'

/** The version that a program of the host tells of itself: what `pattern` finds there. */
export async function versionOf(
  words: readonly string[],
  environment: Place['environment'],
  scope: ProcessScope,
  pattern: RegExp,
): Promise<string> {
  const said = await askProgram(scope, { words, environment }, openly)
  return pattern.exec(said ?? '')?.[1] ?? 'unknown'
}
