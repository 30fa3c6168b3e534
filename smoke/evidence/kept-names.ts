import { relative } from 'node:path'
import type { Places } from '../workspace/places.ts'

/** A log of the workspace, and what it is copied to. */
export type Copy = { readonly from: string; readonly to: string }

/** Names in a text the copies of logs that go with the workspace, as those who wrote it call them: whole, or from where they work. */
export function keptNames(
  { workspace, clone }: Pick<Places, 'workspace' | 'clone'>,
  copies: readonly Copy[],
): (text: string) => string {
  const names = copies.flatMap(({ from, to }) =>
    [from, relative(clone, from), relative(workspace, from)]
      .filter(name => !name.startsWith('..'))
      .map(name => [name, to] as const),
  )
  return text =>
    names.reduce(
      (so, [name, to]) =>
        so.replaceAll(new RegExp(`(?<![\\w/.-])${RegExp.escape(name)}(?![\\w-])`, 'g'), () => to),
      text,
    )
}
