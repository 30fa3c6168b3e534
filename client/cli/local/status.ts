import type { ConnectionFlags } from '../../../config/client/load.ts'
import type { Client } from '../../sdk/client.ts'
import type { Output } from '../../sdk/operation-types.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { details } from '../render/details.ts'
import { clientOfNobody } from '../server-client.ts'

type Flags = ConnectionFlags & { readonly json?: true; readonly verbose?: true }

/** Whether the server answers, and whether it can work; nobody needs a token to ask. */
export async function showStatus(io: Io, flags: Flags): Promise<void> {
  const { client, settings } = await clientOfNobody(io, flags)
  await using server = client
  const [{ version, instance }, { status, reason, store, runners }] = await Promise.all([
    server.server.health(),
    readiness(server),
  ])
  const shown = {
    base_url: server.baseUrl,
    source: settings.baseUrl?.source ?? null,
    status,
    version,
    instance,
    store,
    runners,
    reason,
  }
  const text = flags.json
    ? `${JSON.stringify(shown, null, 2)}\n`
    : details([
        ['server', `${shown.base_url} (${shown.source})`],
        ['status', status.replace('_', ' ')],
        ['version', version],
        ['instance', instance],
        ['store', store],
        ['runners', runners?.map(runner => `${runner.id} ${runner.status}`).join(', ')],
      ])
  await write(io.stdout, text, io.signal)
  if (reason !== null)
    throw new CliError('not_ready', exitCodes.failure, `${server.baseUrl} is not ready: ${reason}`, {
      fix: 'in the clone "npx task status" tells what is the matter',
    })
}

type Readiness =
  | (Pick<Output<'server.readiness'>, 'status' | 'store' | 'runners'> & { readonly reason: null })
  | { readonly status: 'not_ready'; readonly reason: string; readonly store: null; readonly runners: null }

async function readiness({ server }: Client): Promise<Readiness> {
  try {
    const { status, store, runners } = await server.readiness()
    return { status, store, runners, reason: null }
  } catch (error) {
    if (!(error instanceof ProblemError) || error.code !== 'not_ready') throw error
    return { status: 'not_ready', reason: error.detail, store: null, runners: null }
  }
}
