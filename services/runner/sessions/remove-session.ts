import { rm } from 'node:fs/promises'
import { dropPatch } from '../../store/drop-patch.ts'
import type { SessionJoined } from '../../store/rows.ts'
import { removeSession } from '../../store/session-transitions.ts'
import type { RunnerContext } from '../context.ts'
import { discardSessionFiles } from './discard-session-files.ts'

/** Removes a session that has ended: files first, then the row, so that a removal cut short is done again. */
export async function removeEndedSession(context: RunnerContext, session: SessionJoined): Promise<void> {
  const { store, files, lease, changed } = context
  await discardSessionFiles(context, session)
  const { patch_sha256 } = session
  lease.require()
  if (patch_sha256 !== null)
    await dropPatch(store, patch_sha256, session.id, () => rm(files.patch(patch_sha256), { force: true }))
  if (await removeSession(store, session.id, lease.token)) changed({ session: session.id })
}
