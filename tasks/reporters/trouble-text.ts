import type { Trouble } from '../engine/events.ts'
import { plainLine } from './plain-text.ts'

/** What to say of something that went wrong and that no task fails for: one line. */
export function troubleText(trouble: Trouble): string {
  return plainLine(wordsOf(trouble).replaceAll('\n', ' '))
}

function wordsOf(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'memory-set-aside':
      return `the memory of earlier runs cannot be used (${trouble.why}); it is begun anew, and the old one is ${trouble.path}`
    case 'memory-lost':
      return `nothing more of this run is remembered: ${trouble.why}`
    case 'cache-damaged':
      return `what the cache holds is damaged, so it runs: ${trouble.path}`
    case 'not-restored':
      return `what the cache holds cannot be put into its place, so it runs: ${trouble.why}`
    case 'not-cached':
      return `its outputs are not kept in the cache: ${trouble.why}`
  }
}
