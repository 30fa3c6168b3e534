import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { expand } from '../../../config/expand.ts'
import { readMcp } from '../../../config/mcp/read.ts'
import type { McpSettings } from '../../../config/mcp/schema.ts'
import { ConfigurationError } from '../../../config/problem.ts'
import { fileReason } from '../../../lib/file-reason.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { Place } from './place.ts'

/** What people have declared, without anything that the manager has written. */
export function declaredByPeople({ root }: Pick<Place, 'root'>): McpSettings {
  const read = readMcp(root, { overlay: '' })
  if (read.ok) return read.settings
  throw new ConfigurationError(read.problems)
}

/** Certificates that the registry may be signed by, where those of this machine are not enough. */
export async function registryCa({ root, environment }: Place, file: string): Promise<string | undefined> {
  if (file === '') return undefined
  const place = expand(file, environment)
  if ('fault' in place) throw new UserError(`manager.registry_ca: ${place.fault}`)
  try {
    return await readFile(resolve(root, place.text), 'utf8')
  } catch (error) {
    throw new UserError(`manager.registry_ca "${file}" cannot be read: ${fileReason(error)}`)
  }
}
