import { execFile } from 'node:child_process'
import { visible } from '../../../lib/visible.ts'
import { usageError } from '../cli-error.ts'
import type { Io } from '../io.ts'

export type Git = (args: readonly string[], more?: Readonly<Record<string, string>>) => Promise<Buffer>

/** The most that git may answer with, in bytes: beyond it a patch is refused anyway. */
const longestAnswer = 64 * 1024 * 1024

/** What is a request that git answers with no, and no failure: its exit code is 1, and it says nothing. */
export class GitNo extends Error {}

/**
 * git in a directory, which asks nobody, takes no lock that it can do without, and speaks English. Rejects with a usage
 * error that says what git said.
 */
export const gitIn =
  (directory: string, { environment, signal }: Pick<Io, 'environment' | 'signal'>): Git =>
  (args, more = {}) => {
    // An index of somebody else's, as in a hook, is not what is meant.
    const { GIT_INDEX_FILE: _, ...inherited } = environment
    const env = { ...inherited, LC_ALL: 'C', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', ...more }
    const options = { cwd: directory, env, signal, maxBuffer: longestAnswer, encoding: 'buffer' } as const
    return new Promise((resolve, reject) => {
      execFile('git', [...args], options, (error, stdout, stderr) => {
        if (error === null) return resolve(stdout)
        if (signal.aborted) return reject(signal.reason)
        if (error.code === 1 && stderr.length === 0) return reject(new GitNo())
        reject(usageError(`git ${commandIn(args)}: ${reasonOf(error, stderr.toString())}`))
      })
    })
  }

/** Its name, behind the configuration of this call. */
const commandIn = (args: readonly string[]): string =>
  args.find((arg, i) => arg !== '-c' && args[i - 1] !== '-c') ?? ''

function reasonOf({ code, message }: { code?: unknown; message: string }, stderr: string): string {
  if (code === 'ENOENT') return 'git is not installed here'
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'more has changed than a patch can hold'
  const [, said] = /^(?:fatal|error): (.+)$/m.exec(stderr) ?? []
  return visible(said ?? message)
}
