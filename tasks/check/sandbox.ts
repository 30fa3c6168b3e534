import type { ServerSettings } from '../../config/schema.ts'
import { which } from '../../lib/which.ts'
import { installFix } from '../bootstrap/binaries.ts'
import type { Exec } from '../engine/context.ts'
import type { Finding } from './finding.ts'
import { versionOf } from './version.ts'

const what = 'sandbox'

/** The least that shows whether the kernel gives bubblewrap the namespaces that it needs. */
const trial = [
  '--unshare-user-try',
  '--unshare-pid',
  '--unshare-net',
  '--ro-bind',
  '/',
  '/',
  '--proc',
  '/proc',
  'true',
]

/** What keeps the commands of sessions apart from this host. */
export async function inspectSandbox(
  mode: ServerSettings['runner']['sandbox'],
  path: string | undefined,
  exec: Exec,
): Promise<Finding> {
  if (mode === 'none')
    return {
      what,
      verdict: 'warning',
      detail: 'switched off: commands of sessions can do what this user can',
      fix: 'set runner.sandbox = "auto" in config/server.local.toml, unless you trust what runs in sessions',
    }
  const verdict = mode === 'bubblewrap' ? 'failed' : 'warning'
  const consequence =
    mode === 'bubblewrap' ? 'no session starts' : 'commands of sessions can do what this user can'
  const place = which('bwrap', path ?? '')
  if (place === undefined)
    return {
      what,
      verdict,
      detail: `bubblewrap is not installed: ${consequence}`,
      fix: installFix(['bubblewrap'], path),
    }
  const { exitCode, stderr } = await exec(place, trial, { output: 'capture', check: false, timeoutMs: 4_000 })
  if (exitCode === 0)
    return { what, verdict: 'ok', detail: `${(await versionOf(exec, place)) ?? 'bubblewrap'}, ${place}` }
  return {
    what,
    verdict,
    detail: `bubblewrap does not work here (${stderr.trim().split('\n')[0] ?? ''}): ${consequence}`,
    fix: 'let this user have user namespaces: sysctl kernel.unprivileged_userns_clone, user.max_user_namespaces, or AppArmor',
  }
}
