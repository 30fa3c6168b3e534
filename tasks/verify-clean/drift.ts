import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { openWorkspace } from '../../config/workspace.ts'
import { UserError } from '../../lib/user-error.ts'
import { readRunState } from '../services/run-state.ts'

const deadlineMs = 10_000

const readinessSchema = z.object({
  servers: z.array(
    z.object({
      name: z.string(),
      drift: z.array(z.looseObject({ kind: z.string(), what: z.string(), name: z.string().optional() })),
    }),
  ),
})

/** What the servers of this clone's gateway offer otherwise than they did; undefined where it is not up. */
export async function driftOfServers(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<{ servers: number; drift: string[] } | undefined> {
  const workspace = openWorkspace(root, environment)
  const proxy = readRunState(workspace).services.find(({ service }) => service === 'proxy')
  if (proxy === undefined) return undefined
  const token = (await readFile(workspace.adminTokenFile, 'utf8')).trim()
  const address = `${proxy.address}/servers`
  const { request } = await import('undici')
  try {
    const { statusCode, body } = await request(address, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(deadlineMs),
      reset: true,
    })
    const text = await body.text()
    if (statusCode !== 200) throw new Error(`${statusCode} ${text.slice(0, 500)}`)
    const { servers } = readinessSchema.parse(JSON.parse(text))
    return {
      servers: servers.length,
      drift: servers.flatMap(({ name, drift }) =>
        drift.map(one => [name, one.kind, one.what, one.name].filter(Boolean).join(' ')),
      ),
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UserError(`the gateway at ${address} does not tell of its servers: ${reason}`, {
      fix: 'see npx task status; where nothing is up it is not asked',
    })
  }
}
