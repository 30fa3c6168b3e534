import type { Workspace } from '../config/workspace.ts'
import { isAlive } from '../lib/processes/identity.ts'
import { UserError } from '../lib/user-error.ts'
import { registeredServices } from '../services/store/look.ts'
import { runningDaemon } from './services/pm2-client.ts'

/**
 * What works with a store, or keeps this clone's services: those that registered themselves in it and are alive, of
 * other clones and in the foreground as well, and this clone's PM2. Each as `api (pid 17)`.
 */
export function runningServices({ storeFile, pm2Home }: Workspace): string[] {
  const services = registeredServices(storeFile)
    .filter(({ process }) => isAlive(process))
    .map(({ service, process }) => `${service} (pid ${process.pid})`)
  const daemon = runningDaemon(pm2Home)
  return daemon === undefined ? services : [...services, `PM2 (pid ${daemon.pid})`]
}

/** Throws a UserError that names the services that run. `what` is what cannot be done meanwhile. */
export function requireNoServices(workspace: Workspace, what: string): void {
  const running = runningServices(workspace)
  if (running.length > 0)
    throw new UserError(`${what} while services use the store: ${running.join(', ')}`, {
      fix: 'end them first: npx task down',
    })
}
