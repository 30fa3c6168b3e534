import { globMatches, globStart, globStep, parsePathGlob } from '../../../../lib/path-glob.ts'
import type { Names } from '../../../../lib/tree/names.ts'
import { UserError } from '../../../../lib/user-error.ts'

/** Whether a file is meant by a pattern of paths. One without a slash means names, wherever they are. */
export function globFilter(glob: string | undefined): (names: Names) => boolean {
  if (glob === undefined) return () => true
  const parsed = parsePathGlob(glob.includes('/') ? glob : `**/${glob}`)
  if (!parsed.ok)
    throw new UserError(`glob ${JSON.stringify(glob)}: it ${parsed.reason}`, {
      fix: 'such as "*.ts" or "src/**"',
    })
  return names => {
    let state = globStart(parsed.glob)
    for (const name of names) state = globStep(parsed.glob, state, name.toString())
    return globMatches(parsed.glob, state)
  }
}
