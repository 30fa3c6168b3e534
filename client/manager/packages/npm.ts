import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ProcessScope, scopeVariable } from '../../../lib/processes/process-scope.ts'
import { Sentinel } from '../../../lib/processes/sentinel.ts'
import { removeTree } from '../../../lib/remove-tree.ts'
import { UserError } from '../../../lib/user-error.ts'
import { visibleLines } from '../../../lib/visible.ts'
import type { CommandRun } from '../envelope.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type NpmOptions = {
  readonly environment: Environment
  readonly signal: AbortSignal
  readonly cwd: string
  /** In milliseconds. */
  readonly deadline: number
}

export type NpmRun = { readonly stdout: string; readonly run: CommandRun }

/** What npm needs, and what says which registry it asks and how: its own variables, and those of proxies and certificates. */
const passed =
  /^(?:PATH|HOME|LANG|LC_ALL|TZ|TMPDIR|USER|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|(?:https?|no)_proxy|npm_config_.*)$/i
/** In bytes: the answer of one, and of what it says beside that. */
const longestAnswer = 16_777_216
const keptOutput = 4_000

/** Runs npm, with no shell between, as a whole: what it has started ends with it. Rejects where it cannot be started or ended. */
export async function npm(
  args: readonly string[],
  { environment, signal, cwd, deadline }: NpmOptions,
): Promise<NpmRun> {
  const late = AbortSignal.timeout(deadline)
  const ended = AbortSignal.any([signal, late])
  // Whoever kills this ends npm, too; where the gateway has started this, all of it is the gateway's besides.
  await using sentinel = new Sentinel()
  await using scope = new ProcessScope({ graceMs: 1_000, sentinel })
  const env = Object.fromEntries(
    Object.entries(environment).filter(([name]) => passed.test(name) || name === scopeVariable),
  )
  const child = scope.spawn('npm', [...args], {
    cwd,
    env: { ...env, NO_COLOR: '1', NO_UPDATE_NOTIFIER: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  let isTooLong = false
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    written.stdout += text
    if (written.stdout.length <= longestAnswer) return
    isTooLong = true
    void scope.end()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written.stderr = `${written.stderr}${text}`.slice(-keptOutput)
  })
  const end = () => void scope.end()
  ended.addEventListener('abort', end, { once: true })
  if (ended.aborted) end()
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    signal.throwIfAborted()
    const command = ['npm', ...args].join(' ')
    if (late.aborted) return { stdout: '', run: failed(command, `it was ended after ${deadline / 1_000} s`) }
    if (isTooLong) return { stdout: '', run: failed(command, 'it said too much') }
    const output = visibleLines(written.stderr).slice(-20).join('\n')
    const status = code === 0 ? 'ok' : 'failed'
    return { stdout: written.stdout, run: { command, status, returncode: code, output } }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new UserError('npm is not installed, or not on PATH', {
        fix: 'install Node.js with npm: packages of npm are installed with it',
      })
    throw error
  } finally {
    ended.removeEventListener('abort', end)
  }
}

const failed = (command: string, output: string): CommandRun => ({
  ...{ command, output },
  status: 'failed',
  returncode: null,
})

export const emptyManifest = '{ "private": true }\n'

/**
 * A directory that npm may write what it likes into, and that is gone afterwards: nothing else is changed. It is a package, so that
 * npm looks for settings of a project here, and (with `--workspaces=false`) not above it, where others may have put some.
 */
export async function inScratch<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'debug-server-npm-'))
  try {
    await writeFile(join(directory, 'package.json'), emptyManifest)
    return await work(directory)
  } finally {
    await removeTree(directory)
  }
}
