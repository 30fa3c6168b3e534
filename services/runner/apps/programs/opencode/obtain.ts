import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { ProcessScope } from '../../../../../lib/processes/process-scope.ts'
import { UserError } from '../../../../../lib/user-error.ts'

/** The one that is fetched; another one only with a change of this. */
export const version = '1.18.33'

/** How long npm may take, and a program to tell its version, in milliseconds. */
const fetchMs = 600_000
const versionMs = 60_000
/** What another start has fetched and not finished, after this long it never will. */
const leftMs = 2 * fetchMs

/**
 * The program opencode, fetched by npm when it is not there yet: without scripts, and of the packages for this system, of which
 * npm may take several, the one that runs here. It is there whole or not at all. `directory`: where it is kept.
 */
export async function obtainOpencode(directory: string, scope: ProcessScope): Promise<string> {
  const program = join(directory, version)
  if (await canBeRun(program)) return program
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await removeLeft(directory)
  const place = join(directory, `fetching-${randomBytes(6).toString('hex')}`)
  await mkdir(place, { mode: 0o700 })
  try {
    const words = [
      'install',
      '--prefix',
      place,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel',
      'error',
    ]
    const npm = await said(scope, 'npm', [...words, `opencode-ai@${version}`], fetchMs)
    if (npm.code !== 0)
      throw new UserError(`opencode could not be fetched: ${npm.text || 'npm cannot be run'}`, {
        fix: cannotFetch,
      })
    await rename(await runnable(join(place, 'node_modules'), scope), program)
    return program
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

const cannotFetch =
  'see whether npm reaches its registry from within a session, or name a program with --program'

/** The program of the first package that runs here. */
async function runnable(packages: string, scope: ProcessScope): Promise<string> {
  const names = (await readdir(packages)).filter(
    name => name.startsWith('opencode-') && name !== 'opencode-ai',
  )
  let last = 'there is no package for this system'
  // Those for all processors and systems come last.
  for (const name of names.toSorted((a, b) => a.length - b.length)) {
    const program = join(packages, name, 'bin', 'opencode')
    const { code, text: told } = await said(scope, program, ['--version'], versionMs)
    if (code === 0 && told === version) return program
    last = `${name}: ${told}`
  }
  throw new UserError(`none of the programs that were fetched runs here: ${last}`, {
    fix: 'name one that does with --program',
  })
}

/** What a program says, and its exit code. */
async function said(scope: ProcessScope, program: string, words: readonly string[], limitMs: number) {
  const child = scope.spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise<number | null>(done => {
    child.once('error', () => done(null))
    child.once('close', done)
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  const [out, err] = [child.stdout, child.stderr].map(stream => (stream === null ? '' : text(stream)))
  const code = await ended
  clearTimeout(timer)
  return { code, text: `${await out}${await err}`.trim().slice(-2_000) }
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

const canBeRun = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
