import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '../../../lib/remove-tree.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { CommandRun } from '../envelope.ts'
import { foreignNeeds } from './foreign-needs.ts'
import { emptyManifest, npm } from './npm.ts'
import { directoryOf, packagesName } from './package-place.ts'
import type { Resolved, ResolveOptions } from './resolve-package.ts'

export type InstallOptions = ResolveOptions & {
  /** Whether programs of the package run while it is installed. */
  readonly scripts: boolean
}

export type Installation = {
  readonly runs: readonly CommandRun[]
  /** Undoes it; nothing where the package was there already. */
  readonly undo: () => Promise<void>
}

/** How long one may take, in milliseconds. */
const deadline = 300_000
/** Begins the names of directories that are not whole yet. */
const unfinished = '.new-'

/**
 * Installs a package with all that it needs into a directory of its own, which is there whole or not at all: it gets its name when
 * everything is in it.
 */
export async function installPackage(
  { installed, spec, program }: Resolved,
  { root, environment, signal, scripts }: InstallOptions,
): Promise<Installation> {
  const place = join(root, packagesName, directoryOf(installed))
  if (existsSync(join(root, program))) return { runs: [], undo: async () => {} }
  const scratch = join(root, packagesName, `${unfinished}${randomBytes(6).toString('hex')}`)
  await mkdir(scratch, { recursive: true, mode: 0o700 })
  try {
    await writeFile(join(scratch, 'package.json'), emptyManifest)
    const { run } = await npm(
      [
        ...[
          'install',
          '--package-lock',
          '--workspaces=false',
          '--no-audit',
          '--no-fund',
          '--no-update-notifier',
          '--save-exact',
          '--omit=dev',
        ],
        ...(scripts ? [] : ['--ignore-scripts']),
        // What is needed comes from the registry, too: no addresses, no repositories, no files but the package itself.
        ...['--allow-git=none', '--allow-remote=none', '--allow-file=none'],
        `--allow-directory=${installed.from === 'directory' ? 'root' : 'none'}`,
        ...['--install-links', '--', spec],
      ],
      { environment, signal, cwd: scratch, deadline },
    )
    const shown = { ...run, command: run.command.replaceAll(root, '.') }
    if (run.status !== 'ok')
      throw new UserError(
        `npm could not install ${installed.name}@${installed.version}: ${lastOf(run.output)}`,
      )
    const inside = program.split('/').slice(packagesName.split('/').length + 1)
    if (!existsSync(join(scratch, ...inside)))
      throw new UserError(
        `${installed.name}@${installed.version} has no program ${inside.at(-1)}, though it says so`,
      )
    const lock: unknown = JSON.parse(await readFile(join(scratch, 'package-lock.json'), 'utf8'))
    const [foreign] = foreignNeeds(lock)
    if (foreign !== undefined) throw new UserError(`${foreign}: only packages of the registry are installed`)
    // One that was not whole is in the way.
    await removeTree(place)
    await rename(scratch, place)
    return { runs: [shown], undo: () => removeTree(place) }
  } catch (error) {
    await removeTree(scratch)
    throw error
  }
}

const lastOf = (output: string): string =>
  output
    .split('\n')
    .filter(line => /^npm (?:error|ERR!)/.test(line) && !/A complete log/.test(line))
    .slice(0, 3)
    .map(line => line.replace(/^npm (?:error|ERR!) ?/, ''))
    .join('; ') || output.slice(-300)

/** All that is there: packages, and what somebody was installing when they were killed. */
export async function packagesIn(root: string): Promise<{ whole: string[]; unfinished: string[] }> {
  const names = await readdir(join(root, packagesName)).catch(() => [])
  return {
    whole: names.filter(name => !name.startsWith('.')),
    unfinished: names.filter(name => name.startsWith(unfinished)),
  }
}
