import { randomBytes } from 'node:crypto'
import { access, chmod, constants, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../../../lib/error-code.ts'
import { fileReason } from '../../../lib/file-reason.ts'
import { certificateVariables, pickVariables, proxyVariables } from '../../../lib/host-variables.ts'
import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { UserError } from '../../../lib/user-error.ts'
import { runHelper } from '../run-helper.ts'
import { enclosedHelper } from '../sandbox/enclosed-helper.ts'
import { openly, type ReadyProgram } from '../sandbox/enclosure.ts'
import type { RunnerIsolation } from '../sandbox/sandbox.ts'

/** The one that is fetched; another one only with a change of this. */
export const version = '1.18.33'

/** How long npm may take, and a program to tell its version, in milliseconds. */
const fetchMs = 600_000
const versionMs = 60_000
/** What another start has fetched and not finished, after this long it never will. */
const leftMs = 2 * fetchMs

/** What npm needs of an environment, and what says which registry it asks and how. */
const forNpm = ['PATH', 'HOME', 'TMPDIR', 'LANG', ...certificateVariables, ...proxyVariables]

export type ObtainOptions = {
  /** Where it is kept. */
  readonly directory: string
  /** Owns what is started for it. */
  readonly scope: ProcessScope
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What is fetched is tried as far apart as commands run. */
  readonly isolation: Pick<RunnerIsolation, 'sandbox' | 'places'>
}

/** Whatever a user has set for their own npm, it goes there, and with the packages for this system. */
const install = [
  ...['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel', 'error'],
  ...['--no-global', '--location=project', '--include=optional', '--install-strategy=hoisted'],
]

/**
 * The program opencode, fetched by npm when it is not there yet: without scripts, and of the packages for this system, of which
 * npm may take several, the one that runs here. What comes is checked against what the registry says of it. It is there whole or not at
 * all; others that were kept before go, and what was left by who was killed at it.
 */
export async function obtainOpencode(options: ObtainOptions): Promise<string> {
  const { directory } = options
  const program = join(directory, version)
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await removeLeft(directory)
    if (!(await canBeRun(program))) await fetchTo(program, options)
    return program
  } catch (error) {
    if (error instanceof UserError || errorCode(error) === undefined) throw error
    throw new UserError(`opencode could not be kept among the data of the server: ${fileReason(error)}`, {
      fix: 'see whether there is room, and whether the runner may write there',
      cause: error,
    })
  }
}

async function fetchTo(program: string, options: ObtainOptions): Promise<void> {
  const { directory, scope, environment } = options
  const place = join(directory, `fetching-${randomBytes(6).toString('hex')}`)
  await mkdir(place, { mode: 0o700 })
  try {
    const settings = Object.keys(environment).filter(name => /^npm_config_/i.test(name))
    const env = pickVariables([...forNpm, ...settings], environment)
    const words = ['npm', 'install', '--prefix', place, ...install, `opencode-ai@${version}`]
    const npm = await said(scope, openly.enclose({ words, environment: env }, '/'), fetchMs)
    if (npm.code !== 0)
      throw new UserError(`opencode could not be fetched: ${npm.text || 'npm did not end in time'}`, {
        fix: cannotFetch,
      })
    const found = await runnable(place, options)
    await chmod(found, 0o500)
    await rename(found, program)
    await removeOthers(directory)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

const cannotFetch =
  'see whether npm reaches its registry, or name an opencode that is installed in place of {opencode}, in config/apps.local.toml'

/** The program of the first package that runs here. */
async function runnable(place: string, { scope, isolation }: ObtainOptions): Promise<string> {
  const packages = join(place, 'node_modules')
  // It is no session's, and sees nothing of whoever fetches it.
  const home = join(place, 'home')
  await mkdir(home)
  const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: home, TMPDIR: home }
  const names = (await readdir(packages).catch(() => [])).filter(
    name => name.startsWith('opencode-') && name !== 'opencode-ai',
  )
  let last = 'there is no package for this system'
  // Those for all processors and systems come last.
  for (const name of names.toSorted((a, b) => a.length - b.length)) {
    const program = join(packages, name, 'bin', 'opencode')
    using trial = enclosedHelper(
      isolation,
      { words: [program, '--version'], environment },
      { visible: place, writable: home },
    )
    const { code, text: told } = await said(scope, trial, versionMs)
    if (code === 0 && told === version) return program
    last = `${name}: ${told}`
  }
  throw new UserError(`none of the programs that were fetched runs here: ${last}`, {
    fix: 'name one that does in place of {opencode}, in config/apps.local.toml',
  })
}

/** What a program says, but for where npm keeps a log of its own, and its exit code. */
async function said(scope: ProcessScope, program: ReadyProgram, limitMs: number) {
  const { code, stdout, stderr } = await runHelper(scope, program, AbortSignal.timeout(limitMs))
  const lines = `${stdout}${stderr}`.split('\n').filter(line => !/A complete log of this run/.test(line))
  return { code, text: lines.join('\n').trim().slice(-2_000) }
}

async function removeLeft(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith('fetching-')) continue
    const path = join(directory, name)
    const stats = await stat(path).catch(() => undefined)
    if (stats !== undefined && Date.now() - stats.mtimeMs > leftMs)
      await rm(path, { recursive: true, force: true })
  }
}

/** Of other versions: whoever runs one goes on with it. */
async function removeOthers(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (/^\d+\.\d+\.\d+$/.test(name) && name !== version) await rm(join(directory, name), { force: true })
}

const canBeRun = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
