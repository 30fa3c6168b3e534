import { readFile, realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { maxSatisfying, rcompare, valid } from 'semver'
import { z } from 'zod'
import { UserError } from '../../../lib/user-error.ts'
import { isPackageName } from '../descriptor/package-name.ts'
import type { NpmPackage } from '../descriptor/ways.ts'
import type { CommandRun } from '../envelope.ts'
import { ownPath } from '../own-path.ts'
import { inScratch, npm } from './npm.ts'
import { type Installed, programAt } from './package-place.ts'

/** One version of a package, and what of it is started. */
export type Resolved = {
  readonly installed: Installed
  /** What npm is told to install: never what a catalogue says as it stands. */
  readonly spec: string
  /** From the top of the workspace. */
  readonly program: string
  readonly runs: readonly CommandRun[]
}

export type ResolveOptions = {
  readonly root: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal: AbortSignal
}

/** How long the registry may take, in milliseconds. */
const deadline = 60_000

const binSchema = z.union([z.string(), z.record(z.string(), z.string())]).optional()
const manifestSchema = z.object({ name: z.string(), version: z.string(), bin: binSchema })
type Manifest = z.output<typeof manifestSchema>

/** Finds out which version a package is to be had in: a floating one becomes the one that it stands for now. Writes nothing. */
export async function resolvePackage(npmPackage: NpmPackage, options: ResolveOptions): Promise<Resolved> {
  return npmPackage.from === 'registry'
    ? await inRegistry(npmPackage, options)
    : await inDirectory(npmPackage, options)
}

async function inRegistry(
  { name, version }: Extract<NpmPackage, { from: 'registry' }>,
  { environment, signal }: ResolveOptions,
): Promise<Resolved> {
  const range = version.kind === 'exact' ? version.version : version.range
  const { stdout, run } = await inScratch(cwd =>
    npm(
      [
        ...['view', '--json', '--no-update-notifier', '--logs-max=0', '--workspaces=false'],
        `--cache=${cwd}/cache`,
        ...['--', `${name}@${range}`, 'name', 'version', 'bin'],
      ],
      { environment, signal, cwd, deadline },
    ),
  )
  // Where it ran is gone.
  const shown = { ...run, command: `npm view ${name}@${range}` }
  if (run.status !== 'ok')
    throw new UserError(`the registry of npm has no ${name}@${range} for us: ${reasonIn(stdout, run.output)}`)
  const manifests = z.array(manifestSchema).safeParse([json(stdout)].flat())
  const found = manifests.success ? chosen(manifests.data, range) : undefined
  if (found === undefined || found.name !== name)
    throw new UserError(`the registry of npm has no ${name}@${range}, or says it in a way that is not known`)
  const installed = { from: 'registry' as const, name, version: found.version }
  return {
    ...{ installed, spec: `${name}@${found.version}`, runs: [shown] },
    program: programAt(installed, programOf(found)),
  }
}

/** Of a range npm tells all that fit. */
function chosen(all: readonly Manifest[], range: string): Manifest | undefined {
  const exact = all.filter(({ version }) => valid(version) !== null)
  const best =
    maxSatisfying(
      exact.map(({ version }) => version),
      range,
    ) ?? exact.map(({ version }) => version).sort(rcompare)[0]
  return exact.find(({ version }) => version === best)
}

async function inDirectory(
  { base, path }: Extract<NpmPackage, { from: 'directory' }>,
  { root }: ResolveOptions,
): Promise<Resolved> {
  const place = resolve(root, base, path)
  const refused = (why: string) => new UserError(`file:${path}: ${why}`)
  const [real, top] = await Promise.all([realpath(place).catch(() => undefined), realpath(root)])
  if (real === undefined) throw refused('there is no such directory')
  if (ownPath(top, real) === undefined) throw refused('it leads out of this workspace')
  const text = await readFile(resolve(real, 'package.json'), 'utf8').catch(() => '')
  const manifest = manifestSchema.safeParse(json(text))
  if (!manifest.success) throw refused('it has no package.json with a name and a version')
  const { name, version } = manifest.data
  if (!isPackageName(name) || valid(version) === null)
    throw refused('its package.json has no name or version that a package may have')
  const installed = { from: 'directory' as const, name, version }
  return {
    ...{ installed, spec: real, runs: [] },
    program: programAt(installed, programOf(manifest.data)),
  }
}

/** As npx finds it: the only one, or the one that is called as the package. */
function programOf({ name, bin }: Manifest): string {
  const plain = name.split('/').at(-1) ?? name
  const names = typeof bin === 'string' ? [plain] : Object.keys(bin ?? {})
  const found = names.length === 1 ? names[0] : names.find(one => one === plain)
  if (found !== undefined && /^[A-Za-z0-9._-]+$/.test(found) && !/^\.+$/.test(found)) return found
  if (found !== undefined) throw new UserError(`the package ${name} has no name that a program may have`)
  throw new UserError(
    names.length === 0
      ? `the package ${name} has no program that could be started`
      : `the package ${name} has several programs, none of its own name: ${names.join(', ').slice(0, 500)}`,
  )
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const errorSchema = z.object({ error: z.object({ code: z.string().optional(), summary: z.string() }) })

function reasonIn(stdout: string, output: string): string {
  const told = errorSchema.safeParse(json(stdout))
  return told.success
    ? (told.data.error.summary.split('\n')[0] ?? '')
    : output.split('\n').at(-1) || 'it does not say why'
}
