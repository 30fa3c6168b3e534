import { lstatSync, type Stats } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../../lib/error-code.ts'
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
  const stat = lstatOf(home)
  if (stat === 'not_a_directory')
    return {
      what,
      verdict: 'failed',
      detail: `${home} lies below something that is no directory`,
      fix: 'move away what stands in the place of a directory, such as .artifacts',
    }
  if (stat !== undefined && uid !== undefined && stat.uid !== uid)
    return {
      what,
      verdict: 'failed',
      detail: `${home} belongs to another user (uid ${stat.uid})`,
      fix: 'set XDG_RUNTIME_DIR to a directory of your own',
    }
  return { what, verdict: 'ok', detail: `${home}, ${bytes} of ${longest} bytes` }
}

function lstatOf(path: string): Stats | undefined | 'not_a_directory' {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (errorCode(error) === 'ENOTDIR') return 'not_a_directory'
    throw error
  }
}
