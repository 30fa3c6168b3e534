import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isIn } from '../../../../../lib/is-in.ts'
import { Refused } from '../serving/refused.ts'

/** What opencode takes for a repository's configuration. */
const names = ['.opencode', 'opencode.json', 'opencode.jsonc']
/** Where opencode (1.18.33) runs plugins of a repository though it was told to heed none of its configuration. */
const heedless = /^\/(?:api|pty|experimental\/project)(?:\/|$)/

/**
 * Throws a Refused where what is asked for would have opencode run what a repository brings along: terminals and the second version of
 * its interface, while the directory, or one above it in the worktree, has configuration of its own.
 */
export function refuseConfigured(
  worktree: string,
  { url = '/', headers }: { url?: string | undefined; headers: Readonly<Record<string, unknown>> },
): void {
  const { pathname, searchParams } = new URL(url, 'http://opencode')
  if (!heedless.test(pathname)) return
  const asked = searchParams.get('directory') ?? headers['x-opencode-directory']
  const found = configurationOf(worktree, resolve(worktree, typeof asked === 'string' ? asked : '.'))
  if (found !== undefined)
    throw new Refused('FORBIDDEN', `opencode would run what ${found} of this repository brings along`)
}

function configurationOf(worktree: string, directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const found = names.find(name => existsSync(join(at, name)))
    if (found !== undefined || at === worktree || !isIn(at, worktree)) return found
  }
}
