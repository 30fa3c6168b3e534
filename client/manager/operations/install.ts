import { isDeepStrictEqual } from 'node:util'
import { variablesIn } from '../../../config/expand.ts'
import type { Table } from '../../../config/tables-text.ts'
import { errorCode } from '../../../lib/error-code.ts'
import { UserError } from '../../../lib/user-error.ts'
import { changeOverlay, readOverlay } from '../change-overlay.ts'
import type { Options } from '../descriptor/options.ts'
import { serverNameFor } from '../descriptor/server-name.ts'
import { type ServerTable, serverTable } from '../descriptor/server-table.ts'
import { isRefused, type Way, waysOf } from '../descriptor/ways.ts'
import { type Installation, installPackage } from '../packages/install-package.ts'
import { directoryUsed } from '../packages/package-place.ts'
import { type Resolved, resolvePackage } from '../packages/resolve-package.ts'
import { type Chosen, chosenServer } from './chosen-server.ts'
import { declaredByPeople } from './manager-settings.ts'
import { isThere } from './on-path.ts'
import { alone, type Place } from './place.ts'
import type { Details, Report } from './report.ts'
import { checkPrefix, checkTargetName } from './target-name.ts'
import { removeUnused } from './unused-packages.ts'

export type InstallInput = {
  readonly name?: string | undefined
  readonly descriptor?: unknown
  readonly target_name?: string | undefined
  readonly options: Options
  readonly force: boolean
  readonly dry_run: boolean
  readonly force_restart: boolean
}

/**
 * Puts a server behind the gateway: its package is installed, then it is declared. Where that fails, what was installed for it goes
 * again; where this process is killed between, it is in nobody's way and `run_reconciler` removes it.
 */
export async function install(input: InstallInput, place: Place, report: Report): Promise<Details> {
  const chosen = chosenServer(place.root, input)
  const target = input.target_name ?? serverNameFor(chosen.entry.name)
  const people = declaredByPeople(place)
  checkTargetName(target, people)
  const work = async (): Promise<Details> => {
    checkPrefix(target, people, { before: readOverlay(place.root).servers })
    const way = usableWay(chosen, place, report)
    const resolved = way.kind === 'npm' ? await resolvePackage(way.npm, place) : undefined
    report.runs.push(...(resolved?.runs ?? []))
    const table = tableFor(way, { ...chosen.options, ...input.options }, resolved)
    const scripts = resolved !== undefined && people.manager.allow_scripts.includes(resolved.installed.name)
    await declare(target, table, { input, place, report, resolved, scripts })
    return {
      ...{ server: chosen.entry.name, target, dry_run: input.dry_run, table: shown(table) },
      ...(resolved === undefined
        ? {}
        : { package: `${resolved.installed.name}@${resolved.installed.version}` }),
      variables: variablesOf(table),
    }
  }
  return input.dry_run ? await work() : await alone(place, work)
}

function usableWay({ entry, provenance }: Chosen, place: Place, report: Report): Way {
  const reasons: string[] = []
  for (const way of waysOf(entry, provenance)) {
    const missing = isRefused(way) ? way.refused : missingFor(way, place)
    if (missing !== undefined) reasons.push(missing)
    else if (!isRefused(way)) {
      report.warnings.push(...reasons)
      return way
    }
  }
  throw new UserError(
    `${entry.name} cannot be installed here: ${reasons.join('; ') || 'it names no package or address'}`,
  )
}

function missingFor(way: Way, place: Place): string | undefined {
  const program = way.kind === 'uvx' ? 'uvx' : way.kind === 'program' ? way.program.command : undefined
  if (program === undefined || isThere(program, place)) return undefined
  return way.kind === 'uvx'
    ? 'packages of pypi are run by uvx, which is not on PATH: install uv'
    : `there is no program "${program}" on PATH`
}

function tableFor(way: Way, options: Options, resolved: Resolved | undefined): ServerTable {
  const made = serverTable(way, options, resolved?.program)
  if (made.ok) return made.table
  throw new UserError(made.problems.join('\n'))
}

type Declaring = {
  readonly input: InstallInput
  readonly place: Place
  readonly report: Report
  readonly resolved: Resolved | undefined
  readonly scripts: boolean
}

async function declare(
  target: string,
  table: ServerTable,
  { input, place, report, resolved, scripts }: Declaring,
): Promise<void> {
  const { root, signal } = place
  const { dry_run: dryRun } = input
  let replaced: Table | undefined
  const change = {
    dryRun,
    signal,
    change: ({
      servers,
      composites,
    }: {
      servers: Readonly<Record<string, Table>>
      composites: Readonly<Record<string, Table>>
    }) => {
      const known = Object.hasOwn(servers, target) ? servers[target] : undefined
      replaced = known
      const next = withRevision(
        table,
        known,
        input.force_restart ? new Date(place.now()).toISOString() : undefined,
      )
      const isOther = !isDeepStrictEqual(known, withRevision(table, known, undefined))
      if (known !== undefined && !input.force && isOther)
        throw new UserError(`a server "${target}" is installed already`, {
          fix: 'give another target_name (--target), or replace it: force = true (--force)',
        })
      return { servers: { ...servers, [target]: next }, composites }
    },
  }
  // What would not be accepted is known before anything is fetched.
  const planned = await changeOverlay(root, { ...change, dryRun: true })
  if (dryRun) {
    report.files.push(planned.file)
    if (resolved !== undefined)
      report.runs.push({
        command: `npm install ${resolved.spec.replace(root, '.')}`,
        status: 'skipped',
        returncode: null,
        output: '',
      })
    return
  }
  const installed: Installation | undefined =
    resolved === undefined ? undefined : await installPackage(resolved, { ...place, scripts })
  report.runs.push(...(installed?.runs ?? []))
  const { file, settings } = await changeOverlay(root, change).catch(async error => {
    await installed?.undo()
    throw error
  })
  report.files.push(file)
  if (!file.changed) report.warnings.push(`"${target}" is installed already, just so`)
  const before = [directoryUsed(replaced?.command) ?? []].flat()
  try {
    await removeUnused(root, settings, before)
  } catch (error) {
    // It is declared by now, and counts.
    report.warnings.push(
      `what was installed before it cannot be removed (${errorCode(error) ?? error}): ${before.join(', ')}`,
    )
  }
}

/** One that goes on as it is keeps what it has. */
function withRevision(table: ServerTable, known: Table | undefined, revision: string | undefined): Table {
  const kept = revision ?? known?.revision
  return { ...table, ...(kept === undefined ? {} : { revision: kept }) }
}

/** What is in variables and headers stays there. */
const shown = (table: ServerTable) =>
  'url' in table
    ? { url: table.url, transport: table.transport, headers: Object.keys(table.headers ?? {}) }
    : { command: table.command, args: table.args, env: Object.keys(table.env ?? {}) }

/** Those of the proxy that it is started or reached with. */
const variablesOf = (table: ServerTable): string[] => [
  ...new Set(
    ('url' in table
      ? [table.url, ...Object.values(table.headers ?? {})]
      : [table.command, ...table.args, ...Object.values(table.env ?? {})]
    ).flatMap(variablesIn),
  ),
]
