import { isDeepStrictEqual } from 'node:util'
import { type McpSettings, mcpSchema } from '../../../config/mcp/schema.ts'
import type { Table } from '../../../config/tables-text.ts'
import { UserError } from '../../../lib/user-error.ts'
import { changeOverlay, type Overlay } from '../change-overlay.ts'
import { declaredByPeople } from '../operations/manager-settings.ts'
import { alone, type Place } from '../operations/place.ts'
import type { Details, Report } from '../operations/report.ts'
import { checkPrefix, checkTargetName } from '../operations/target-name.ts'
import { needsOf } from './needs.ts'
import { readBundle } from './read-bundle.ts'
import { tableKinds } from './table-kinds.ts'
import { takenIn } from './taken-in.ts'

export type InstallBundleInput = {
  /** The starter bundle where none is given. */
  readonly path?: string | undefined
  readonly dryRun: boolean
  /** Replaces what was installed by the same names before. */
  readonly force: boolean
  /** Does not look whether a gateway that runs has taken it in. */
  readonly noRestart: boolean
}

/** What becomes of one table of a bundle. */
export type Outcome = {
  readonly kind: 'servers' | 'composites'
  readonly name: string
  readonly outcome: 'installed' | 'replaced' | 'unchanged' | 'skipped'
}

type Decided = Outcome & { readonly table: Table; readonly why?: string }

/**
 * Puts all servers of a bundle behind the gateway: all of them or, where one cannot be there, none. Those that a person has declared
 * stay as they are. Done again it changes nothing.
 */
export async function installBundle(
  { path, dryRun, force, noRestart }: InstallBundleInput,
  place: Place,
  report: Report,
): Promise<Details> {
  const { root, signal } = place
  const { from, tables } = readBundle(root, path)
  const people = declaredByPeople(place)
  const work = async (): Promise<Details> => {
    let decided: readonly Decided[] = []
    const { file } = await changeOverlay(root, {
      ...{ dryRun, signal },
      change: before => {
        decided = outcomes(tables, before, people, force)
        check(decided, before, people, place, report)
        return withTables(before, decided)
      },
    })
    report.files.push(file)
    report.warnings.push(...decided.flatMap(({ why }) => why ?? []))
    const names = decided.flatMap(({ kind, name, outcome }) =>
      kind === 'servers' && outcome !== 'skipped' ? [name] : [],
    )
    const effective = dryRun || noRestart ? 'not_looked' : await takenIn(names, place, report)
    return {
      ...{ bundle: from, dry_run: dryRun, effective },
      tables: decided.map(({ kind, name, outcome }) => ({ kind, name, outcome })),
    }
  }
  return dryRun ? await work() : await alone(place, work)
}

function outcomes(bundle: Overlay, before: Overlay, people: McpSettings, force: boolean): Decided[] {
  return tableKinds.flatMap(kind =>
    Object.entries(bundle[kind]).map(([name, table]): Decided => {
      const known = Object.hasOwn(before[kind], name) ? before[kind][name] : undefined
      const told = (outcome: Outcome['outcome'], why?: string): Decided => ({
        ...{ kind, name, outcome, table },
        ...(why === undefined ? {} : { why }),
      })
      const what = kind === 'servers' ? 'server' : 'composite'
      if (Object.hasOwn(people[kind], name))
        return told('skipped', `the ${what} ${name} was declared by hand, and stays as it is`)
      if (known === undefined) return told('installed')
      if (isDeepStrictEqual(known, table)) return told('unchanged')
      if (force) return told('replaced')
      return told(
        'skipped',
        `another ${what} ${name} is installed already, and stays as it is; --force replaces it`,
      )
    }),
  )
}

/** Everything that stands in the way, at once. */
function check(
  decided: readonly Decided[],
  before: Overlay,
  people: McpSettings,
  place: Place,
  report: Report,
): void {
  const beside = decided.flatMap(({ kind, name, outcome }) =>
    kind === 'servers' && outcome === 'installed' ? [name] : [],
  )
  const missing: string[] = []
  for (const { kind, name, outcome, table } of decided) {
    if (kind !== 'servers' || outcome === 'skipped') continue
    checkTargetName(name, people)
    checkPrefix(name, people, { before: before.servers, beside })
    const { [name]: server } = mcpSchema.parse({ servers: { [name]: table } }).servers
    if (server === undefined) continue
    const needs = needsOf(name, server, place)
    missing.push(...needs.missing)
    report.warnings.push(...needs.warnings)
  }
  if (missing.length > 0) throw new UserError([...missing, 'nothing was changed'].join('\n'))
}

function withTables(before: Overlay, decided: readonly Decided[]): Overlay {
  const of = (kind: Outcome['kind']): Record<string, Table> => ({
    ...before[kind],
    ...Object.fromEntries(
      decided.flatMap(one => (one.kind === kind && one.outcome !== 'skipped' ? [[one.name, one.table]] : [])),
    ),
  })
  return { servers: of('servers'), composites: of('composites') }
}
