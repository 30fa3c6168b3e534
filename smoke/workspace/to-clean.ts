import { resolve } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { staleWorkspaces, workspacesBelow } from './clean-up.ts'
import { look } from './look.ts'
import { type Places, placesIn } from './places.ts'

type Around = { readonly cwd: string; readonly temporary: string }

/** The workspace that is named, whatever it is called, or all in the temporary directory. */
export const workspacesNamed = (named: string | undefined, { cwd, temporary }: Around): Places[] =>
  named === undefined ? workspacesBelow(temporary) : [placesIn(resolve(cwd, named))]

/** What --cleanup-only removes: the one that is named, or all that no run is at work in. */
export function workspacesToClean(named: string | undefined, around: Around, now: number): Places[] {
  const [places] = workspacesNamed(named, around)
  if (named === undefined || places === undefined) return staleWorkspaces(around.temporary, { now })
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
