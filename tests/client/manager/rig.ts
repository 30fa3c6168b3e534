import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { overlayName } from '../../../config/mcp/read.ts'

/** A directory with files of a configuration. */
export async function makeRoot(t: Test, files: Readonly<Record<string, string>> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'manager-'))
  t.teardown(() => rm(root, { recursive: true, force: true }))
  const put = async (name: string, text: string) => {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), text)
  }
  for (const [name, text] of Object.entries(files)) await put(name, text)
  const overlay = () => readFile(join(root, overlayName), 'utf8')
  return { root, put, overlay }
}
