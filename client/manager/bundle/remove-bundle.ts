import { isDeepStrictEqual } from 'node:util'
import type { Table } from '../../../config/tables-text.ts'
import { changeOverlay, type Overlay } from '../change-overlay.ts'
import { forgetOffer } from '../operations/offers.ts'
import { alone, type Place } from '../operations/place.ts'
import type { Details, Report } from '../operations/report.ts'
import { removeUnused, unusedOf } from '../operations/unused-packages.ts'
import { directoryUsed } from '../packages/package-place.ts'
import { readBundle } from './read-bundle.ts'
import { tableKinds } from './table-kinds.ts'

export type RemoveBundleInput = {
  /** The starter bundle where none is given. */
  readonly path?: string | undefined
  readonly dryRun: boolean
  /** Takes away also what was installed by the same names and is something else. */
  readonly force: boolean
}

/** What becomes of one table of a bundle. */
export type Removal = {
  readonly kind: keyof Overlay
  readonly name: string
  readonly outcome: 'removed' | 'absent' | 'kept'
}

type Decided = Removal & { readonly why?: string }

/**
 * Takes away all that a bundle has put behind the gateway, at once, with what is kept of its servers. What was installed by the same
 * name and says something else stays, and so does what a person has declared. Done again it changes nothing.
 */
export async function removeBundle(
  { path, dryRun, force }: RemoveBundleInput,
  place: Place,
  report: Report,
): Promise<Details> {
  const { root, signal } = place
  const { from, tables } = readBundle(root, path)
  const work = async (): Promise<Details> => {
    let decided: readonly Decided[] = []
    let programs: string[] = []
    const { file, settings } = await changeOverlay(root, {
      ...{ dryRun, signal },
      change: before => {
        decided = decide(tables, before, force)
        const gone = removedOf('servers', decided)
        programs = gone.flatMap(name => directoryUsed(before.servers[name]?.command) ?? [])
        return {
          servers: without(before.servers, gone),
          composites: without(before.composites, removedOf('composites', decided)),
        }
      },
    })
    report.files.push(file)
    report.warnings.push(...decided.flatMap(({ why }) => why ?? []))
    for (const name of removedOf('servers', decided)) {
      const offer = Object.hasOwn(settings.servers, name) ? undefined : await forgetOffer(root, name, dryRun)
      if (offer !== undefined) report.files.push(offer)
    }
    return {
      ...{ bundle: from, dry_run: dryRun },
      tables: decided.map(({ kind, name, outcome }) => ({ kind, name, outcome })),
      packages_removed: dryRun ? unusedOf(settings, programs) : await removeUnused(root, settings, programs),
    }
  }
  return dryRun ? await work() : await alone(place, work)
}

const decide = (bundle: Overlay, before: Overlay, force: boolean): Decided[] =>
  tableKinds.flatMap(kind =>
    Object.entries(bundle[kind]).map(([name, table]): Decided => {
      if (!Object.hasOwn(before[kind], name)) return { kind, name, outcome: 'absent' }
      if (force || isDeepStrictEqual(before[kind][name], table)) return { kind, name, outcome: 'removed' }
      const what = kind === 'servers' ? 'server' : 'composite'
      const why = `another ${what} ${name} is installed, and stays; --force takes it away`
      return { kind, name, outcome: 'kept', why }
    }),
  )

const removedOf = (kind: keyof Overlay, decided: readonly Decided[]): string[] =>
  decided.flatMap(one => (one.kind === kind && one.outcome === 'removed' ? [one.name] : []))

const without = (tables: Readonly<Record<string, Table>>, gone: readonly string[]): Record<string, Table> =>
  Object.fromEntries(Object.entries(tables).filter(([name]) => !gone.includes(name)))
