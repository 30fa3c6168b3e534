import { readFileSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { isInstanceSocket, type Workspace } from '../../config/workspace.ts'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { removeStaleSocket } from '../../lib/stale-socket.ts'
import { type StartedService, startedServiceSchema } from './service.ts'
import { clearStartedStore } from './started-store.ts'

/**
 * What `task up` started last, for the next `up`, `down` and `status`, and the addresses for clients of this clone.
 * Facts to be verified: each service is asked before it is believed.
 */
const stateSchema = z.object({
  services: z.array(startedServiceSchema),
  /** What a reload that is under way starts, or ends. */
  passing: z.array(startedServiceSchema),
})
type RunState = z.infer<typeof stateSchema>

const stateFile = (workspace: Workspace) => join(workspace.run, 'services.json')

/** Empty where nothing was started or the file is damaged. */
export function readRunState(workspace: Workspace): RunState {
  try {
    return stateSchema.parse(JSON.parse(readFileSync(stateFile(workspace), 'utf8')))
  } catch {
    return { services: [], passing: [] }
  }
}

export async function writeRunState(
  workspace: Workspace,
  services: readonly StartedService[],
  passing: readonly StartedService[] = [],
): Promise<void> {
  await writeAtomically(stateFile(workspace), `${JSON.stringify({ services, passing }, null, 2)}\n`)
  const url = (name: string) => services.find(({ service }) => service === name)?.address
  await writeAtomically(
    workspace.endpointsFile,
    `${JSON.stringify({ api: { url: url('api') }, proxy: { url: url('proxy') } }, null, 2)}\n`,
  )
}

export async function clearRunState(workspace: Workspace): Promise<void> {
  await sweepInstanceSockets(workspace)
  await rm(stateFile(workspace), { force: true })
  await rm(workspace.endpointsFile, { force: true })
  await clearStartedStore(workspace)
}

/** Removes those of services that were killed. One that somebody runs by hand keeps its own. */
async function sweepInstanceSockets(workspace: Workspace): Promise<void> {
  const directory = dirname(workspace.runnerSocket)
  const names = await readdir(directory).catch(() => [])
  for (const name of names.filter(isInstanceSocket))
    await removeStaleSocket(join(directory, name), 'a service').catch(() => {})
}
