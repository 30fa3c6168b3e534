import type { EnvironmentId, SessionId } from '../../contract/ids.ts'
import type { RunnerContext } from '../context.ts'
import { runHelper } from '../run-helper.ts'
import { isolationForCopy } from '../sandbox/enclosure.ts'

export type Copy = { readonly from: string; readonly to: string }

export type Copied =
  | { readonly ok: true }
  /** `damaged`: nobody could copy it. A full disk, for one, is no fault of what was to be copied. */
  | { readonly ok: false; readonly message: string; readonly damaged: boolean }

/** Pipes and sockets are made anew, links stay links. Whose a file was, and what else hangs on it, stays behind. */
const copy = process.platform === 'linux' ? 'cp -dR --preserve=mode,timestamps,links --reflink=auto' : 'cp -a'
const script = `while [ $# -gt 0 ]; do ${copy} -- "$1" "$2" || exit; shift 2; done`

/**
 * Copies directories of an environment into `drafts`, a directory of the session, by a process that sees what the session
 * may see and no more: what builds an environment may do anything in it, at any moment.
 */
export async function copyModules(
  context: Pick<RunnerContext, 'store' | 'files' | 'isolation' | 'helpers' | 'environments'>,
  { session, environment, drafts }: { session: SessionId; environment: EnvironmentId; drafts: string },
  copies: readonly Copy[],
  signal: AbortSignal,
): Promise<Copied> {
  const isolation = await isolationForCopy(context, session, environment, drafts)
  if (!isolation.ok) return { ok: false, message: isolation.message, damaged: false }
  const words = ['/bin/sh', '-c', script, 'sh', ...copies.flatMap(({ from, to }) => [from, to])]
  // What it says is understood, and so in no other language.
  using program = isolation.enclose({ words, environment: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } }, '/')
  const late = AbortSignal.timeout(context.environments.buildSeconds * 1_000)
  const { code, stderr } = await runHelper(context.helpers, program, AbortSignal.any([signal, late]))
  signal.throwIfAborted()
  if (code === 0) return { ok: true }
  const [said = ''] = stderr.trim().split('\n')
  return {
    ok: false,
    message: late.aborted ? 'copying it took too long' : said || 'copying it was cut short',
    damaged: code !== null && !/No space left on device|Disk quota exceeded/.test(stderr),
  }
}
