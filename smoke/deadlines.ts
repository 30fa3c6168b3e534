import { startSeconds } from './options.ts'
import { isStage, type PhaseName } from './phases.ts'
import type { Setting } from './setting.ts'

/** How long a phase that was cut off may take to say how things stand, in milliseconds. */
export const diagnosisMs = 40_000

/** How long a phase may take, in seconds. */
export function deadlineOf(
  name: PhaseName,
  { seconds, options }: Pick<Setting, 'seconds' | 'options'>,
): number {
  if (isStage(name)) return seconds.stage
  switch (name) {
    case 'fetch-codex':
      return seconds.install
    case 'up':
      return startSeconds(options)
    case 'client-repository':
    case 'codex-home':
      return seconds.ready
    case 'verify-clean':
    case 'confined':
    case 'untouched':
    case 'ports':
      return seconds.verify
    default:
      return seconds[name]
  }
}

/** What an engine may take to begin, and each phase to end all that it has started. */
export const besidesMs = 60_000

/** How long all of the phases may take, with how things stood where two of them are cut off, in milliseconds. */
export const longestRunMs = (setting: Pick<Setting, 'phases' | 'seconds' | 'options'>): number =>
  setting.phases.reduce((sum, name) => sum + deadlineOf(name, setting) * 1_000, besidesMs + 2 * diagnosisMs)
