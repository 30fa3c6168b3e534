import type { Exec, ExecResult } from '../engine/context.ts'

export type Git = (args: readonly string[], options?: { timeoutMs?: number }) => Promise<ExecResult>

/** How long a git that only reads may take, in milliseconds. */
const readDeadline = 20_000

/**
 * Git in one directory, as its user would run it (configuration, credential helpers and ssh agent included), but with
 * nobody to ask: what would prompt for a password fails at once. Nothing is left running to tidy up.
 */
export function gitIn(directory: string, exec: Exec, environment: Record<string, string | undefined>): Git {
  const env = {
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    // Set and empty: no program is asked. Unset, git would go on to core.askPass and SSH_ASKPASS.
    GIT_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GCM_INTERACTIVE: 'never',
    GIT_SSH_COMMAND: environment.GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes -o ConnectTimeout=20',
    GIT_OPTIONAL_LOCKS: '0',
    // Set by git for the hooks that it runs; there they would name another repository than the one that is meant.
    GIT_DIR: undefined,
    GIT_WORK_TREE: undefined,
    GIT_INDEX_FILE: undefined,
  }
  return (args, { timeoutMs = readDeadline } = {}) =>
    exec('git', ['-C', directory, '-c', 'gc.auto=0', '-c', 'maintenance.auto=false', ...args], {
      env,
      output: 'capture',
      check: false,
      timeoutMs,
    })
}

/** The line of git's complaint that says most: the last that begins with `fatal:` or `error:`, else the last. */
export function complaint(stderr: string): string {
  const lines = stderr
    .split(/[\r\n]+/)
    .map(line => line.trim())
    .filter(line => line !== '')
  const telling = lines.filter(line => /^(?:fatal|error):/.test(line))
  return (telling[0] ?? lines.at(-1) ?? 'git said nothing').replace(/^(?:fatal|error): /, '')
}
