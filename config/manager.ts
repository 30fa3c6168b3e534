import type { Setter } from './files.ts'
import type { SetKey } from './judge.ts'
import { placeText } from './place.ts'
import type { Problem } from './problem.ts'
import type { BootstrapSettings } from './schema.ts'
import { valueText } from './value-text.ts'

type Environment = BootstrapSettings['environment']

/** What makes the environment of sessions. `use_conda` is the older way to say it, and contradicts another manager. */
export const managerOf = ({ manager, use_conda }: Pick<Environment, 'manager' | 'use_conda'>) =>
  use_conda === undefined ? manager : managerFor(use_conda)

const managerFor = (useConda: boolean) => (useConda ? 'conda' : 'venv')

/** Keys that may not be set together to what they are set to. What the project ships contradicts nobody. */
export function contradictions(set: ReadonlyMap<string, SetKey & { readonly by: Setter }>): Problem[] {
  const [older, newer] = [set.get('environment.use_conda'), set.get('environment.manager')]
  if (older === undefined || newer === undefined || newer.by === 'shipped') return []
  const meant = managerFor(older.value === true)
  if (newer.value === meant) return []
  const written = valueText(newer.value, false, true)
  return [
    {
      place: older.place(),
      text: `environment.use_conda = ${older.value} means the manager "${meant}", but environment.manager = ${written} at ${placeText(newer.place())}; remove one of them`,
    },
  ]
}
