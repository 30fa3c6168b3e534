import { readFile, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { errorCode } from '../../lib/error-code.ts'
import type { Clone } from './resolve.ts'
import { SettingsError } from './settings-error.ts'

/** Whether a directory is the package's own or lies in it. */
export async function standsIn(root: string, directory: string): Promise<boolean> {
  const [top, here] = await Promise.all([root, directory].map(path => realpath(path).catch(() => path)))
  return here === top || here?.startsWith(`${top}${sep}`) === true
}

/**
 * The server that `task up` has started from this clone: its addresses and the administrator's token, as it left them
 * under `.artifacts`. Undefined where it never was started.
 */
export async function readClone(root: string): Promise<Clone | undefined> {
  const [endpoints, adminToken] = cloneFiles(root)
  const text = await readIfThere(endpoints)
  if (text === undefined) return undefined
  const token = (await readIfThere(adminToken))?.trim()
  return { urls: urlsIn(endpoints, text), token: token === '' ? undefined : token }
}

/** The files of a clone that tell it. */
export const cloneFiles = (root: string): readonly [endpoints: string, adminToken: string] => [
  join(root, '.artifacts', 'run', 'endpoints.json'),
  join(root, '.artifacts', 'secrets', 'admin-token'),
]

function urlsIn(path: string, text: string): string[] {
  let content: { api?: { url?: unknown }; proxy?: { url?: unknown } } | null
  try {
    content = JSON.parse(text)
  } catch {
    content = null
  }
  const urls = [content?.api?.url, content?.proxy?.url].filter(url => typeof url === 'string')
  if (typeof content?.api?.url !== 'string')
    throw new SettingsError('configuration_invalid', `${path}: it names no address of the API`, {
      fix: 'start the server anew: npx task up',
    })
  return urls
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = errorCode(error)
    // Another user's clone may be linked here: what is not ours to read is not ours to use.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES') return undefined
    throw error
  }
}
