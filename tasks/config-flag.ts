import { delimiter, resolve } from 'node:path'
import { UserError } from '../lib/user-error.ts'
import type { Zod } from './engine/task.ts'

/**
 * `--config FILE` of the tasks that read settings. It sets DEBUG_SERVER_CONFIG, which is how the file reaches everything
 * that reads settings: this task, what it needs, and the services that PM2 starts.
 */
export const configParam = (z: Zod) =>
  z.array(z.string()).default([]).describe('read this file of settings, too').meta({ value: 'FILE' })

/** Relative names are meant from where they were typed. Several files: the later one wins, key by key. */
export function configEnvironment({
  config,
}: {
  readonly config: readonly string[]
}): Record<string, string> {
  return config.length === 0 ? {} : { DEBUG_SERVER_CONFIG: config.map(configFile).join(delimiter) }
}

function configFile(name: string): string {
  if (name === '') throw new UserError('--config names no file', { fix: 'write --config FILE' })
  const path = resolve(name)
  if (path.includes(delimiter))
    throw new UserError(`--config ${path}: a path with "${delimiter}" cannot be handed on`, {
      fix: 'move the file, or link to it from another place',
    })
  // In the variable `$NAME` is expanded; what was typed has been through a shell already.
  return path.replaceAll('$', '$$$$')
}
