import { createRequire } from 'node:module'
import { compileCache } from '../../config/workspace.ts'
import type { App } from './pm2-messages.ts'
import type { StartedService } from './service.ts'

export type Ports = Record<'api' | 'proxy', number>

/** The apps of config/ecosystem.config.cjs, by name. */
export function declaredApps(): Map<string, Record<string, unknown>> {
  const require = createRequire(import.meta.url)
  const { apps } = require('../../config/ecosystem.config.cjs') as { apps: Record<string, unknown>[] }
  return new Map(apps.map(app => [String(app.name), app]))
}

/** What PM2 is told to start: the declaration, with the environment that this instance shall have. */
export function appFor(service: StartedService, environment: Record<string, string>, ports: Ports): App {
  const declared = declaredApps().get(service.service)
  if (declared === undefined)
    throw new Error(`config/ecosystem.config.cjs does not declare ${service.service}`)
  const { script, ...rest } = declared
  return {
    ...rest,
    name: service.app,
    script: String(script),
    env: {
      ...environment,
      NODE_ENV: 'production',
      // What was compiled before need not be compiled again: a start takes less time, and the service less memory.
      NODE_COMPILE_CACHE: compileCache,
      DEBUG_SERVER_INSTANCE: service.instance,
      DEBUG_SERVER__API__PORT: String(ports.api),
      DEBUG_SERVER__PROXY__PORT: String(ports.proxy),
    },
  }
}
