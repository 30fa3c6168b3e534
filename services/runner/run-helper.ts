import { ProcessScope } from '../../lib/processes/process-scope.ts'
import { type OpenOptions, withOptions } from './sandbox/open-options.ts'
import type { Program } from './sandbox/sandbox.ts'

/** `code` is null where it could not be started, was ended by a signal, or was late. */
export type HelperEnd = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** Of each stream, in characters. */
const mostKept = 10_000

/**
 * Runs a program for the runner itself, at the top of the file system, until it has ended or `signal` is aborted. It is gone
 * afterwards, with all that it has started. `within` owns it as well.
 */
export async function runHelper(
  within: ProcessScope,
  { words, environment, options }: Program & { readonly options: OpenOptions | undefined },
  signal: AbortSignal,
): Promise<HelperEnd> {
  await using scope = new ProcessScope({ graceMs: 0, within })
  const [file = '', ...rest] = words
  const child = scope.spawn(file, rest, {
    cwd: '/',
    env: environment,
    stdio: withOptions(['ignore', 'pipe', 'pipe'], options),
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout = (stdout + text).slice(0, mostKept)
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-mostKept)
  })
  const { promise, resolve } = Promise.withResolvers<number | null>()
  const giveUp = () => resolve(null)
  child.once('error', error => {
    stderr += error.message
    resolve(null)
  })
  child.once('close', resolve)
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  const code = await promise
  signal.removeEventListener('abort', giveUp)
  return { code, stdout, stderr }
}
