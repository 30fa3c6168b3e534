import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../../lib/error-code.ts'
import { fileReason } from '../../lib/file-reason.ts'
import { SettingsError } from './settings-error.ts'

/**
 * Who is signed in where: a file beside the user's configuration, which no person writes, and which changes with each
 * refresh. One sign-in a server, by its address.
 */
const keptSchema = z.object({
  user: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAt: z.number(),
})
export type KeptSignIn = z.infer<typeof keptSchema>

const fileSchema = z.record(z.string(), keptSchema)

export const signInsFile = (configPath: string): string => join(dirname(configPath), 'sign-ins.json')

/** Undefined where nobody is. A file that is none of ours counts as none: to sign in again is all that it costs. */
export async function keptSignIn(path: string, baseUrl: string): Promise<KeptSignIn | undefined> {
  return (await read(path))[baseUrl]
}

/** How long another program may be at work on the file, in milliseconds. */
const patience = 10_000

/** Keeps a sign-in, or forgets it; whole or not at all, readable by its owner only. */
export async function keepSignIn(path: string, baseUrl: string, kept: KeptSignIn | undefined): Promise<void> {
  const [{ acquireLock }, { writeAtomically }] = await Promise.all([
    import('../../lib/lock.ts'),
    import('../../lib/atomic-file.ts'),
  ])
  try {
    using _ = await acquireLock(`${path}.lock`, { signal: AbortSignal.timeout(patience) })
    const { [baseUrl]: _before, ...others } = await read(path)
    const content = kept === undefined ? others : { ...others, [baseUrl]: kept }
    await writeAtomically(path, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  } catch (error) {
    throw new SettingsError('configuration_not_writable', `${path} cannot be written: ${fileReason(error)}`, {
      fix: `make ${dirname(path)} writable, or set DEBUG_SERVER_HOME to another directory`,
      cause: error,
    })
  }
}

async function read(path: string): Promise<Record<string, KeptSignIn>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return {}
    throw error
  }
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch {
    return {}
  }
}
