import { createHash } from 'node:crypto'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageVersion } from '../../config/package.ts'
import { serverSettings } from '../../config/settings.ts'
import { openWorkspace } from '../../config/workspace.ts'
import { declaredApps } from './app.ts'
import { sources } from './sources.ts'

/** Hash of the sources of the services: with others they have to be started anew. */
export async function sourcesHash(root: string): Promise<string> {
  const files: string[] = []
  for await (const file of glob([...sources], { cwd: root })) files.push(file)
  const hash = createHash('sha256')
  for (const file of files.sort()) hash.update(`${file}\0`).update(await readFile(join(root, file)))
  return hash.digest('hex')
}

/** What the services are started from: other settings or another version mean another hash. */
export function declarationOf(root: string, environment: Record<string, string | undefined>): string {
  const facts = [
    packageVersion(),
    serverSettings(root, environment).values,
    openWorkspace(root, environment),
    [...declaredApps().values()],
  ]
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}
