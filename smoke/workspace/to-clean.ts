import { resolve } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { staleWorkspaces } from './clean-up.ts'
import { look } from './look.ts'
import { type Places, placesIn } from './places.ts'

/** What --cleanup-only removes: the workspace that is named, whatever it is called, or all that no run is at work in. */
export function workspacesToClean(
  named: string | undefined,
  { cwd, temporary }: { readonly cwd: string; readonly temporary: string },
  now: number,
): Places[] {
  if (named === undefined) return staleWorkspaces(temporary, { now })
  const places = placesIn(resolve(cwd, named))
  switch (look(places).kind) {
    case 'absent':
      return []
    case 'marked':
      return [places]
    case 'in_use':
      throw new UserError(`a smoke is at work in ${places.workspace}`, { fix: 'wait until it has ended' })
    case 'no_directory':
    case 'empty':
    case 'foreign':
      throw new UserError(`${places.workspace} is no workspace of this harness`, {
        fix: 'name one that it has made; nothing was removed',
      })
  }
}
