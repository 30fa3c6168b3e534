import { resolve } from 'node:path'
import { visible } from '../../../../lib/visible.ts'
import { installBundle, type Outcome } from '../../../manager/bundle/install-bundle.ts'
import { type Removal, removeBundle } from '../../../manager/bundle/remove-bundle.ts'
import { type Details, performing } from '../../../manager/operations/report.ts'
import type { Io } from '../../io.ts'
import type { Flags } from '../local-act.ts'
import { managed } from './manage.ts'

export const installBundleOf = (io: Io, flags: Flags, [path]: readonly string[]): Promise<number> =>
  managed(io, flags, {
    work: place =>
      performing(report =>
        installBundle(
          {
            path: path === undefined ? undefined : resolve(io.directory, path),
            ...{
              dryRun: flags.dryRun === true,
              force: flags.force === true,
              noRestart: flags.restart === false,
            },
          },
          place,
          report,
        ),
      ),
    text: ({ details }) => outcomesText(details),
    progress: 'install bundle …',
  })

export const removeBundleOf = (io: Io, flags: Flags, [path]: readonly string[]): Promise<number> =>
  managed(io, flags, {
    work: place =>
      performing(report =>
        removeBundle(
          {
            path: path === undefined ? undefined : resolve(io.directory, path),
            ...{ dryRun: flags.dryRun === true, force: flags.force === true },
          },
          place,
          report,
        ),
      ),
    text: ({ details }) => outcomesText(details),
    progress: 'remove bundle …',
  })

/** What the operations answer is their own. */
function outcomesText({ tables, effective }: Details): string {
  const lines = (tables as readonly (Outcome | Removal)[]).map(
    ({ outcome, name }) => `${outcome} ${visible(name)}\n`,
  )
  const when = effective === 'down' ? 'no gateway runs here: it counts with the next "npx task up"\n' : ''
  return `${lines.join('')}${when}`
}
