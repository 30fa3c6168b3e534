import type { ReporterChoice } from '../engine/reporter-choice.ts'

/** GitHub's groups in its jobs; the tree in a terminal; lines in pipes, CI, and terminals that cannot move a cursor. */
export function defaultScreen(
  env: Readonly<Record<string, string | undefined>>,
  stderr: { readonly isTTY?: boolean },
): ReporterChoice['name'] {
  if (env.GITHUB_ACTIONS === 'true') return 'github'
  return stderr.isTTY && !env.CI && env.TERM !== 'dumb' ? 'tree' : 'plain'
}
