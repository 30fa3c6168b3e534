import { basename } from 'node:path'
import { visible } from '../../../lib/visible.ts'
import type { Artifact } from '../../../services/contract/artifact-resources.ts'
import type { Client } from '../../sdk/client.ts'
import { every } from '../../sdk/every.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'

/**
 * The artifact of a session that is called so: by its path, or else by the last part of it. Of several, as several commands
 * leave them, none is guessed.
 */
export async function namedArtifact({ artifacts }: Client, session: string, name: string): Promise<Artifact> {
  const all = await Array.fromAsync(every(cursor => artifacts.list({ session, limit: 200, cursor })))
  const exact = all.filter(({ path }) => path === name)
  const found = exact.length > 0 ? exact : all.filter(({ path }) => basename(path) === name)
  const [artifact, ...more] = found
  if (artifact === undefined)
    throw new CliError(
      'artifact_not_found',
      exitCodes.notFound,
      `session ${session} has no artifact called "${visible(name)}"`,
      { fix: `see "debug-server artifact list ${session}"` },
    )
  if (more.length === 0) return artifact
  throw new CliError(
    'ambiguous_name',
    exitCodes.failure,
    `session ${session} has ${found.length} artifacts called "${visible(name)}"`,
    {
      fix: `name one by its id: ${found.map(({ id, path, command }) => `${id} (${visible(path)} of ${command})`).join(', ')}`,
    },
  )
}
