import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Puts a shell script in the place of codexbar, where a rig's API looks for programs of its host. */
export async function putCodexbar(directory: string, script: string): Promise<void> {
  const bin = join(directory, 'bin')
  await mkdir(bin, { recursive: true })
  await writeFile(join(bin, 'codexbar'), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`)
  await chmod(join(bin, 'codexbar'), 0o755)
}
