import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { Finding } from './finding.ts'

/** What the path of a unix socket may have at most, in bytes: 108 with the final zero on Linux, 104 on macOS. */
const longest = 103

/** Whether PM2's sockets fit into its home, and the home is ours. */
export function inspectPm2Home(home: string, uid: number | undefined): Finding {
  const what = 'PM2 home'
  const bytes = Buffer.byteLength(join(home, 'interactor.sock'))
  if (bytes > longest)
    return {
      what,
      verdict: 'failed',
      detail: `the paths of sockets in ${home} have ${bytes} bytes, more than the ${longest} that the system takes`,
      fix: 'set XDG_RUNTIME_DIR to a directory with a short path',
    }
  const stat = lstatSync(home, { throwIfNoEntry: false })
  if (stat !== undefined && uid !== undefined && stat.uid !== uid)
    return {
      what,
      verdict: 'failed',
      detail: `${home} belongs to another user (uid ${stat.uid})`,
      fix: 'set XDG_RUNTIME_DIR to a directory of your own',
    }
  return { what, verdict: 'ok', detail: `${home}, ${bytes} of ${longest} bytes` }
}
