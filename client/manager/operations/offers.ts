import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readText } from '../../../config/read-text.ts'
import type { FileUpdate } from '../envelope.ts'
import { fileUpdate } from './report.ts'

/** What the gateway keeps of what servers offered when it met them. */
const offersName = '.artifacts/mcp/offers'

/** The servers of which something is kept. */
export async function offersKept(root: string): Promise<string[]> {
  const names = await readdir(join(root, offersName)).catch(() => [])
  return names.flatMap(name => /^([a-z][a-z0-9_-]*)\.json$/.exec(name)?.[1] ?? [])
}

/** Forgets what a server offered: it is met anew. */
export async function forgetOffer(
  root: string,
  server: string,
  dryRun: boolean,
): Promise<FileUpdate | undefined> {
  const path = `${offersName}/${server}.json`
  const read = readText(join(root, path))
  if (read.kind === 'absent') return undefined
  if (!dryRun) await rm(join(root, path), { force: true })
  return fileUpdate(path, read.kind === 'text' ? read.text : '', undefined, dryRun)
}
