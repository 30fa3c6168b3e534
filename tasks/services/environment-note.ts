import { existsSync } from 'node:fs'
import { managerOf } from '../../config/manager.ts'
import type { BootstrapSettings } from '../../config/schema.ts'
import { sessionEnvironment } from '../../config/session-environment.ts'

/**
 * What a person should know where sessions have no environment of their own although one is asked for; `up` makes none,
 * for that may need other hosts and minutes. Whether one that is there is up to date is bootstrap's to judge.
 */
export function environmentNote(
  root: string,
  settings: Pick<BootstrapSettings, 'environment'>,
): string | undefined {
  if (managerOf(settings.environment) === 'none') return undefined
  const made = sessionEnvironment(root)
  if (made !== undefined && existsSync(made.python)) return undefined
  return "sessions use the host's python3; npx task bootstrap makes an environment with debugpy"
}
