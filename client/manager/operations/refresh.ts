import { UserError } from '../../../lib/user-error.ts'
import { readCatalog } from '../discovery/catalog-file.ts'
import { discoveredName, type Found, readDiscovered } from '../discovery/discovered.ts'
import { replaced } from '../discovery/merge.ts'
import { keepDiscovered } from './keep-discovered.ts'
import type { Place } from './place.ts'
import type { Details, Report } from './report.ts'

export type RefreshInput = { readonly source_path?: string | undefined; readonly dry_run: boolean }

/** Takes in a catalogue of this machine, or those that were taken in before as they are now. */
export async function refresh(
  { source_path: path, dry_run: dryRun }: RefreshInput,
  place: Place,
  report: Report,
): Promise<Details> {
  const catalogs =
    path === undefined
      ? knownPaths(place).map(one => readCatalog(place.root, one, { known: true }))
      : [readCatalog(place.root, path)]
  report.warnings.push(...catalogs.flatMap(({ warnings }) => warnings))
  const told = await keepDiscovered(place, report, {
    dryRun,
    change: before => {
      let found: readonly Found[] = before
      const told = catalogs.map(({ from, found: now }) => {
        const { found: next, merged: servers, removed } = replaced(found, from, now)
        found = next
        return { from: from.path, servers, removed }
      })
      return { found, told }
    },
  })
  for (const { from, servers } of told)
    for (const { name, status } of servers)
      if (status === 'kept')
        report.warnings.push(`${from}: ${name} is left out: a server of that name is known from elsewhere`)
  return { path: discoveredName, dry_run: dryRun, catalogs: told }
}

function knownPaths({ root }: Place): string[] {
  const known = readDiscovered(root).found.flatMap(({ from }) => (from.kind === 'catalog' ? [from.path] : []))
  if (known.length > 0) return [...new Set(known)]
  throw new UserError('no catalogue was taken in so far', {
    fix: 'give source_path, a file with a list of servers',
  })
}
