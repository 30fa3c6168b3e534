import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isIn } from '../../lib/is-in.ts'
import { UserError } from '../../lib/user-error.ts'
import { type Git, gitOutput } from '../git.ts'
import { changesBetween } from '../guard/compare.ts'
import { type Snapshot, snapshotOf } from '../guard/snapshot.ts'
import { isLockFile, type Places } from '../workspace/places.ts'
import { requireClean } from './clone.ts'
import type { Phase } from './phase.ts'

/** What agents' programs write there without changing anything: git notes when it has looked at files, opencode its name for the project. */
const notes = [join('.git', 'index'), join('.git', 'opencode')]

/** What the server of the clone reads and never writes while it runs; the rest of its `.artifacts` is where it writes. */
const ownOfServer = join('.artifacts', 'secrets')

/** What makes of a clone what it is, but for what is committed. */
const gitOwn = ['HEAD', 'config', 'hooks', 'info', 'packed-refs', 'refs'].map(name => join('.git', name))

/** Told by time at the end of the run, for there are tens of thousands: see `verify-clean.ts`. */
const modules = 'node_modules/'

/**
 * Does something, after which nothing is written but where the server of the clone writes, and caches: neither in the client repository,
 * commits, hooks and ignored files included, nor in what git ignores in the clone, nor in the homes of the sandbox, nor in what the run
 * itself is told in its workspace.
 */
export async function withNothingWritten(
  { places, signal }: Phase,
  stage: string,
  work: () => Promise<void>,
): Promise<void> {
  const git = { environment: process.env, signal }
  const before = await facts(places, git)
  await work()
  const fix = 'a stage is done by tools alone, and changes no files'
  const what = `the repository that the agent of "${stage}" works on`
  await requireClean(places.client, signal, { what, fix })
  const after = await facts(places, git)
  const changes = Object.entries(before).flatMap(([place, snapshot]) =>
    changesBetween(place, snapshot, after[place] ?? {}),
  )
  if (changes.length > 0)
    throw new UserError(
      `while the agent of "${stage}" was at work, this was written:\n${changes.map(({ how, path }) => `  ${how} ${path}`).join('\n')}`,
      { fix },
    )
}

/** Each by the place that it is below. */
async function facts(places: Places, git: Git): Promise<Record<string, Snapshot>> {
  const { workspace, clone, client, home, cacheHome } = places
  const ofClient = await snapshotOf(client)
  const names = readdirSync(workspace, { withFileTypes: true }).flatMap(entry =>
    entry.isFile() && !isLockFile(entry.name) ? [entry.name] : [],
  )
  return {
    [client]: without(ofClient, path => notes.includes(path)),
    [clone]: await all(clone, [...(await ignoredIn(clone, git)), ownOfServer, ...gitOwn]),
    [home]: without(await snapshotOf(home), path => isIn(join(home, path), cacheHome)),
    [workspace]: await all(workspace, names),
  }
}

/** What git ignores, but for where the server writes, and what npm has installed. */
async function ignoredIn(clone: string, git: Git): Promise<string[]> {
  const words = ['ls-files', '--others', '--ignored', '--exclude-standard', '--directory', '-z']
  const names = (await gitOutput(git, clone, ...words)).split('\0').filter(Boolean)
  return names.filter(name => name !== '.artifacts/' && name !== modules)
}

async function all(top: string, names: readonly string[]): Promise<Snapshot> {
  const found: [string, string][] = []
  for (const name of names)
    for (const [path, is] of Object.entries(await snapshotOf(join(top, name))))
      found.push([join(name, path), is])
  return Object.fromEntries(found)
}

const without = (snapshot: Snapshot, isLeftOut: (path: string) => boolean): Snapshot =>
  Object.fromEntries(Object.entries(snapshot).filter(([path]) => !isLeftOut(path)))
