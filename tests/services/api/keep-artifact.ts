import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { artifactId, type SessionId } from '../../../services/contract/ids.ts'
import { endCommand, startCommand } from '../../../services/store/commands.ts'
import { queueCommand } from '../../../services/store/new-command.ts'
import type { ArtifactRow } from '../../../services/store/schema.ts'
import type { Rig } from './rig.ts'

/** A command of a session that has ended and left a file behind, as a runner would have kept it. */
export async function keepArtifact(
  { store, files }: Rig,
  session: SessionId,
  content: string | Buffer = 'kept',
  change: Partial<ArtifactRow> = {},
): Promise<string> {
  const now = new Date().toISOString()
  const queued = await queueCommand(store, {
    ...{ session, command: 'make', directory: '.', environment: {}, timeout: null, now },
    artifacts: ['*'],
  })
  if (queued === undefined) throw new Error('the session takes no commands')
  const command = queued.id
  await startCommand(store, command, now)
  const sha256 = createHash('sha256').update(content).digest('hex')
  await mkdir(files.artifacts(session, command), { recursive: true })
  await writeFile(files.artifact(session, command, sha256), content)
  const row: ArtifactRow = {
    id: artifactId.create(),
    session_id: session,
    command_id: command,
    path: 'kept.txt',
    bytes: Buffer.byteLength(content),
    sha256,
    media_type: 'text/plain',
    kind: 'file',
    summary_json: null,
    created_at: now,
    ...change,
  }
  const kept = { collection: { collected: 1, left_out: 0, left_out_paths: [] }, artifacts: [row] }
  const end = { exit_code: 0, failure: null, stdout_bytes: 0, stderr_bytes: 0, kept }
  await endCommand(store, command, 'succeeded', end, now)
  return row.id
}
