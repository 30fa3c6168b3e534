import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { removeTree } from '../../../lib/remove-tree.ts'
import { UserError } from '../../../lib/user-error.ts'
import { changeOverlay, type Overlay } from '../change-overlay.ts'
import { isRefused, waysOf } from '../descriptor/ways.ts'
import { readDiscovered } from '../discovery/discovered.ts'
import { installPackage, packagesIn } from '../packages/install-package.ts'
import {
  directoryOf,
  directoryUsed,
  type Installed,
  packageIn,
  packagesName,
} from '../packages/package-place.ts'
import { type Resolved, resolvePackage } from '../packages/resolve-package.ts'
import { declaredByPeople } from './manager-settings.ts'
import { forgetOffer, offersKept } from './offers.ts'
import { alone, type Place } from './place.ts'
import type { Details, Report } from './report.ts'
import { provenanceOf } from './shown-server.ts'
import { removeUnused, unusedOf } from './unused-packages.ts'

export type ReconcileInput = { readonly dry_run: boolean }

/**
 * Makes what is declared, what is installed and what is kept agree: what a person has declared since goes from the manager's own
 * tables, packages that are missing are installed anew, and what nobody uses any more is removed.
 */
export async function reconcile(
  { dry_run: dryRun }: ReconcileInput,
  place: Place,
  report: Report,
): Promise<Details> {
  const { root, signal } = place
  const work = async (): Promise<Details> => {
    const people = declaredByPeople(place)
    const { file, settings, overlay } = await changeOverlay(root, {
      ...{ dryRun, signal },
      change: ({ servers, composites }) => ({
        servers: without(servers, people.servers),
        composites: without(composites, people.composites),
      }),
    })
    report.files.push(file)
    const reinstalled: string[] = []
    for (const [name, command] of missing(overlay, root))
      try {
        const resolved = await resolvedFor(command, place)
        const scripts = people.manager.allow_scripts.includes(resolved.installed.name)
        if (!dryRun) report.runs.push(...(await installPackage(resolved, { ...place, scripts })).runs)
        reinstalled.push(name)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        report.errors.push(`${name}: ${error.toText()}`)
      }
    const { whole, unfinished } = await packagesIn(root)
    const removed = dryRun ? unusedOf(settings, whole) : await removeUnused(root, settings, whole)
    if (!dryRun) for (const one of unfinished) await removeTree(join(root, packagesName, one))
    const stale = (await offersKept(root)).filter(name => !Object.hasOwn(settings.servers, name))
    for (const name of stale) {
      const forgotten = await forgetOffer(root, name, dryRun)
      if (forgotten !== undefined) report.files.push(forgotten)
    }
    return {
      ...{
        dry_run: dryRun,
        reinstalled,
        packages_removed: [...removed, ...unfinished],
        offers_dropped: stale,
      },
    }
  }
  return dryRun ? await work() : await alone(place, work)
}

const without = <Value>(tables: Readonly<Record<string, Value>>, others: object): Record<string, Value> =>
  Object.fromEntries(Object.entries(tables).filter(([name]) => !Object.hasOwn(others, name)))

/** Servers whose program is one of a package that is not there. */
const missing = ({ servers }: Overlay, root: string): [string, string][] =>
  Object.entries(servers).flatMap(([name, { command }]): [string, string][] =>
    typeof command === 'string' && directoryUsed(command) !== undefined && !existsSync(join(root, command))
      ? [[name, command]]
      : [],
  )

/** What has to be installed for a program to be there: the very version, from where it came. */
async function resolvedFor(command: string, place: Place): Promise<Resolved> {
  const directory = directoryUsed(command) ?? ''
  const installed = packageIn(directory)
  if (installed === undefined || directoryOf(installed) !== directory)
    throw new UserError(`${packagesName}/${directory} is no package of the manager's`)
  const { name, version } = installed
  if (installed.from === 'registry')
    return { installed, spec: `${name}@${version}`, program: command, runs: [] }
  const found = await ownDirectory(installed, place)
  if (found?.program === command) return found
  throw new UserError(
    `${name}@${version} came from a directory of this workspace that no catalogue names any more`,
    {
      fix: 'take the catalogue in again (refresh_discovery, mcp-server refresh), or remove the server',
    },
  )
}

async function ownDirectory(wanted: Installed, place: Place): Promise<Resolved | undefined> {
  for (const { entry, from } of readDiscovered(place.root).found)
    for (const way of waysOf(entry, provenanceOf(from)))
      if (!isRefused(way) && way.kind === 'npm' && way.npm.from === 'directory') {
        const resolved = await resolvePackage(way.npm, place).catch(() => undefined)
        if (resolved !== undefined && directoryOf(resolved.installed) === directoryOf(wanted)) return resolved
      }
  return undefined
}
