import type { EndCause } from '../engine/events.ts'
import { count } from './plain-text.ts'

interface Ended {
  readonly cause: EndCause
  readonly ended: number
  readonly killed: number
  readonly remaining: readonly number[]
}

/** What to say of processes that the engine ended; undefined where nobody needs to know. */
export function endedText({ cause, ended, killed, remaining }: Ended): string | undefined {
  const all = ended + killed
  const parts: string[] = []
  if (all > 0 && (cause === 'left-behind' || killed > 0)) {
    const what = `${count(all, 'process', 'processes')}${cause === 'left-behind' ? ' left behind' : ''}`
    parts.push(`ended ${what}${killed > 0 ? `, ${killed} of them by SIGKILL` : ''}`)
  }
  if (remaining.length > 0)
    parts.push(`could not end ${count(remaining.length, 'process', 'processes')}: ${remaining.join(', ')}`)
  return parts.length === 0 ? undefined : parts.join('; ')
}
