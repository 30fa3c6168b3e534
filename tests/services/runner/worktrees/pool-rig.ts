import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { SessionId } from '../../../../services/contract/ids.ts'
import { requestRemoval } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { allWorktrees } from '../../../../services/store/worktrees.ts'
import { until } from '../../../until.ts'
import { git, type RunnerRig } from '../rig.ts'

/** Removes a session and waits until its worktree is warm again, or gone. */
export async function giveBack(rig: RunnerRig, ...ids: SessionId[]): Promise<void> {
  for (const id of ids) await requestRemoval(rig.store, id, rig.now())
  rig.wake()
  for (const id of ids) await until('it is gone', async () => (await getSession(rig.store, id)) === undefined)
  await atRest(rig)
}

/** Waits until nothing is to be done about any worktree. */
export const atRest = (rig: RunnerRig): Promise<boolean> =>
  until(
    'the pool to be at rest',
    async () =>
      (await allWorktrees(rig.store)).every(({ status }) => status === 'warm' || status === 'leased'),
    120_000,
  )

/** All that is in a directory but `.git`, with kinds, modes and targets, and a checksum of each file. */
export function contentsOf(directory: string): string {
  const run = (command: string) =>
    execFileSync('sh', ['-c', command], { cwd: directory, encoding: 'latin1', maxBuffer: 1 << 28 })
  const names = run("find . -path ./.git -prune -o -printf '%P %y %m %l\\n' | sort")
  return names + run('find . -path ./.git -prune -o -type f -print0 | sort -z | xargs -0 sha256sum')
}

/** What a fresh clone has. */
export function freshClone(rig: RunnerRig, origin: string, commit: string): string {
  const directory = mkdtempSync(join(rig.root, 'clone-'))
  chmodSync(directory, 0o755)
  git(rig.root, 'clone', '--quiet', origin, directory)
  git(directory, 'checkout', '--quiet', '--detach', commit)
  return contentsOf(directory)
}
