import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { removeTree } from '../../lib/remove-tree.ts'

export type Owner = { teardown(end: () => unknown): void }

/** A directory of a test's own, with a short path. */
export function room(owner: Owner): string {
  const short = Buffer.byteLength(tmpdir()) > 12 ? '/tmp' : tmpdir()
  const path = realpathSync(mkdtempSync(join(short, 'smoke-')))
  owner.teardown(() => removeTree(path))
  return path
}

/** Writes a file with the directories above it. */
export function write(path: string, text = ''): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
