import { openWorkspace } from '../../config/workspace.ts'
import { connectPm2, runningDaemon } from './pm2-client.ts'
import type { Pm2State } from './pm2-messages.ts'
import { probe } from './probe.ts'
import { readRunState } from './run-state.ts'
import { serviceEnvironment } from './service-environment.ts'
import { type ServiceName, serviceNames } from './service-names.ts'

export type ServiceStatus = {
  service: ServiceName
  /** `ready`: the instance that `task up` started answers. `down`: nothing does. `not_ready`: PM2 has it, mute. */
  state: 'ready' | 'not_ready' | 'down'
  address: string | null
  pid: number | null
  restarts: number | null
  memory_bytes: number | null
  started_at: string | null
}

/** Asks each service and PM2. Starts nothing. */
export async function readStatus(
  root: string,
  environment: Record<string, string | undefined>,
): Promise<ServiceStatus[]> {
  const workspace = openWorkspace(root, environment)
  const { services: started } = readRunState(workspace)
  const processes = await processesOf(workspace.pm2Home, environment)
  return Promise.all(
    serviceNames.map(async (service): Promise<ServiceStatus> => {
      const known = started.find(candidate => candidate.service === service)
      const process = processes.find(({ name }) => name === known?.app)
      const ready = known !== undefined && (await probe(known, 2_000)).answer === 'ready'
      const pid = process === undefined || process.pid === 0 ? null : process.pid
      return {
        service,
        state: ready ? 'ready' : pid === null ? 'down' : 'not_ready',
        address: known?.address ?? null,
        pid,
        restarts: process?.restarts ?? null,
        memory_bytes: process?.memory ?? null,
        started_at: pid === null || process?.started == null ? null : new Date(process.started).toISOString(),
      }
    }),
  )
}

async function processesOf(
  home: string,
  environment: Record<string, string | undefined>,
): Promise<Pm2State[]> {
  if (runningDaemon(home) === undefined) return []
  await using pm2 = await connectPm2(home, serviceEnvironment(environment))
  return await pm2.list()
}

export function statusTable(services: readonly ServiceStatus[]): string {
  const rows = services.map(({ service, state, pid, restarts, memory_bytes, address }) => [
    service,
    state.replace('_', ' '),
    pid === null ? '-' : String(pid),
    restarts === null ? '-' : String(restarts),
    memory_bytes === null ? '-' : `${Math.round(memory_bytes / 1e6)} MB`,
    address ?? '-',
  ])
  const table = [['service', 'state', 'pid', 'restarts', 'memory', 'address'], ...rows]
  const widths = table[0]?.map((_, column) => Math.max(...table.map(row => row[column]?.length ?? 0))) ?? []
  return `${table
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')}\n`
}
