import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCode } from '../lib/error-code.ts'
import { combine, environmentLayer, type Layer, parseToml, type Settings } from './layers.ts'
import { type BootstrapSettings, bootstrapSchema, type ServerSettings, serverSchema } from './schema.ts'

/** The settings of a workspace: `config/NAME.toml`, then `config/NAME.local.toml`, then the environment. */

type Environment = Record<string, string | undefined>

export const bootstrapSettings = (workspace: string, environment: Environment): Settings<BootstrapSettings> =>
  combine(bootstrapSchema, layersOf(workspace, 'bootstrap', environment, Object.keys(bootstrapSchema.shape)))

export const serverSettings = (workspace: string, environment: Environment): Settings<ServerSettings> =>
  combine(serverSchema, layersOf(workspace, 'server', environment, Object.keys(serverSchema.shape)))

/** Whether a person asked for this value, as opposed to the default that the project ships. */
export const wasAskedFor = (settings: Settings<unknown>, key: string): boolean =>
  ![undefined, 'config/bootstrap.toml', 'config/server.toml'].includes(settings.origin(key))

function layersOf(workspace: string, name: string, environment: Environment, sections: string[]): Layer[] {
  return [
    ...fileLayer(workspace, `config/${name}.toml`),
    ...fileLayer(workspace, `config/${name}.local.toml`),
    environmentLayer(environment, sections),
  ]
}

function fileLayer(workspace: string, file: string): Layer[] {
  try {
    return [parseToml(readFileSync(join(workspace, file), 'utf8'), file)]
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
