import { didYouMean } from '../../../lib/suggest.ts'
import { UserError } from '../../../lib/user-error.ts'
import { discoveredName, type Found, readDiscovered } from '../discovery/discovered.ts'
import { keyOf, merged } from '../discovery/merge.ts'
import { presets } from '../discovery/presets.ts'
import { searchRegistry } from '../discovery/registry.ts'
import { ranked, type Wanted } from '../discovery/score.ts'
import { keepDiscovered } from './keep-discovered.ts'
import { declaredByPeople, registryCa } from './manager-settings.ts'
import type { Place } from './place.ts'
import type { Details, Report } from './report.ts'
import { shownServer } from './shown-server.ts'

export type DiscoverInput = {
  readonly query: string
  readonly tags: readonly string[]
  readonly preset?: string | undefined
  readonly limit: number
  readonly min_score: number
  readonly append: boolean
  readonly dry_run: boolean
}

/** How many words are asked for, each by itself: a registry looks for a text as a whole. */
const mostWords = 4
/** How many servers one word may bring. */
const mostFound = 300

/** Looks for servers in the registry and among those known already, and keeps the best of what the registry has. */
export async function discover(input: DiscoverInput, place: Place, report: Report): Promise<Details> {
  const wanted = wantedBy(input)
  const { registry, registry_ca: ca } = declaredByPeople(place).manager
  const found = registry === '' ? [] : await inRegistry(wanted, { registry, ca }, place, report)
  if (registry === '')
    report.warnings.push('no registry is set (manager.registry): only what is known is looked through')
  const { limit, min_score: least, append, dry_run: dryRun } = input
  const known = readDiscovered(place.root).found
  const best = ranked(merged(known, found).found, wanted, { limit, least })
  const names = new Set(best.map(({ entry }) => keyOf(entry.name)))
  const statuses = await keepDiscovered(place, report, {
    dryRun,
    change: before => {
      const base = append ? before : before.filter(({ from }) => from.kind !== 'registry')
      const { found: all, merged: told } = merged(
        base,
        found.filter(({ entry }) => names.has(keyOf(entry.name))),
      )
      return { found: all, told: new Map(told.map(({ name, status }) => [keyOf(name), status])) }
    },
  })
  return {
    ...{ query: wanted.query, tags: wanted.tags, path: discoveredName, dry_run: dryRun },
    servers: best.map(one => ({
      ...{ score: one.score, status: statuses.get(keyOf(one.entry.name)) ?? 'cached' },
      ...shownServer(one),
    })),
  }
}

function wantedBy({ query, tags, preset }: DiscoverInput): Wanted {
  if (preset === undefined) return { query, tags }
  const found = Object.hasOwn(presets, preset) ? presets[preset] : undefined
  if (found === undefined) {
    const names = Object.keys(presets)
    throw new UserError(`there is no preset "${preset}"`, {
      fix: didYouMean(preset, names) ?? `there are: ${names.join(', ')}`,
    })
  }
  return {
    query: [query, found.query].join(' ').trim(),
    tags: [...new Set([...tags, ...found.tags])],
  }
}

async function inRegistry(
  { query, tags }: Wanted,
  { registry, ca }: { registry: string; ca: string },
  place: Place,
  report: Report,
): Promise<Found[]> {
  const words = [...new Set([query, ...tags].flatMap(text => text.split(/\s+/)).filter(word => word !== ''))]
  const asked = words.slice(0, mostWords)
  if (words.length > mostWords)
    report.warnings.push(`the registry was asked for the first ${mostWords} words alone: ${asked.join(', ')}`)
  const { environment, signal } = place
  const options = { url: registry, ca: await registryCa(place, ca), environment, signal }
  const all: Found[] = []
  for (const word of asked.length === 0 ? [''] : asked) {
    const { found, warnings } = await searchRegistry(word, mostFound, options)
    report.warnings.push(...warnings.filter(one => !report.warnings.includes(one)))
    all.push(...found)
  }
  return all
}
