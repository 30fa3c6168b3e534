import { execa } from 'execa'
import { UserError } from '../lib/user-error.ts'

/** How git is to be run: with which environment, and until when at the most. */
export type Git = {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal | undefined
}

const deadlineMs = 60_000

/** Set by git for the hooks that it runs: there they would name another repository than the one that is meant. */
const ofHooks = Object.fromEntries(
  [
    ...['DIR', 'WORK_TREE', 'INDEX_FILE', 'COMMON_DIR', 'PREFIX', 'NAMESPACE'],
    ...['OBJECT_DIRECTORY', 'ALTERNATE_OBJECT_DIRECTORIES'],
  ].map(name => [`GIT_${name}`, undefined]),
)

/** What git says, as it is. An error of git's is one of ours, with what it said. */
export async function gitOutput(
  { environment, signal }: Git,
  cwd: string,
  ...args: string[]
): Promise<string> {
  const result = await execa('git', args, {
    cwd,
    // It would otherwise refresh the index of a checkout that is only looked at.
    env: { ...environment, ...ofHooks, GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' },
    extendEnv: false,
    stdin: 'ignore',
    stripFinalNewline: false,
    timeout: deadlineMs,
    maxBuffer: 256 * 2 ** 20,
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  })
  signal?.throwIfAborted()
  if (result.failed)
    throw new UserError(`git ${args[0]} failed in ${cwd}: ${result.stderr.trim() || result.shortMessage}`)
  return result.stdout
}
