import type { EnvironmentChoice } from '../../contract/environment-state.ts'
import type { Manager } from './managers/manager.ts'
import { managers } from './managers/managers.ts'

export type Chosen =
  | { readonly ok: true; readonly managers: readonly Manager[] }
  | { readonly ok: false; readonly message: string }

/** Which managers a session is to have, given what was asked for and the files of its worktree. */
export function chooseManagers(wanted: readonly EnvironmentChoice[], files: ReadonlySet<string>): Chosen {
  const isUsed = ({ marks }: Manager) => marks.some(mark => files.has(mark))
  const chosen: Manager[] = []
  for (const one of wanted) {
    if (one === 'none') continue
    if (one === 'auto') {
      for (const manager of Object.values(managers))
        if (isUsed(manager) && chosen.every(({ language }) => language !== manager.language))
          chosen.push(manager)
      continue
    }
    const manager = managers[one]
    if (!isUsed(manager)) return { ok: false, message: lacking(manager) }
    chosen.push(manager)
  }
  return { ok: true, managers: chosen }
}

const lacking = ({ name, marks, locking }: Manager): string =>
  `${name} needs ${marks.join(' or ')} at the top of the worktree, and there is none${locking === undefined ? '' : `; "${locking}" makes it`}`
