import type { Clone } from './clone.ts'

export type ServiceStatus = { service: string; pid: number; address: string; state: string }

/** Runner, API and proxy, as `npx task status` tells. */
export async function serviceStatus(clone: Clone): Promise<ServiceStatus[]> {
  const { stdout } = await clone.task(['status', '--json'])
  return JSON.parse(stdout)
}
