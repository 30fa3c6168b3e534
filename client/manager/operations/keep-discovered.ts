import { join } from 'node:path'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { UserError } from '../../../lib/user-error.ts'
import {
  discoveredName,
  discoveredText,
  type Found,
  mostDiscovered,
  readDiscovered,
} from '../discovery/discovered.ts'
import { alone, type Place } from './place.ts'
import { fileUpdate, type Report } from './report.ts'

type Changed<Told> = { readonly found: readonly Found[]; readonly told: Told }

/** Changes what is known of servers; a dry run takes no lock and writes nothing. */
export async function keepDiscovered<Told>(
  place: Place,
  report: Report,
  { dryRun, change }: { dryRun: boolean; change: (before: readonly Found[]) => Changed<Told> },
): Promise<Told> {
  const { root } = place
  const work = async () => {
    const { found: before, text } = readDiscovered(root)
    const { found, told } = change(before)
    if (found.length > mostDiscovered)
      throw new UserError(`more than ${mostDiscovered} servers would be kept`, {
        fix: 'begin anew: append = false (--anew)',
      })
    const after = text === undefined && found.length === 0 ? undefined : discoveredText(found)
    if (!dryRun && after !== undefined && after !== text)
      await writeAtomically(join(root, discoveredName), after)
    report.files.push(fileUpdate(discoveredName, text, after, dryRun))
    return told
  }
  return dryRun ? await work() : await alone(place, work)
}
