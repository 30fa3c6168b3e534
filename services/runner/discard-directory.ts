import { randomBytes } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { removeTree } from '../../lib/remove-tree.ts'
import type { RunnerContext } from './context.ts'
import type { Lease } from './leases/lease.ts'

/**
 * Removes a directory of the data directory. It is moved away first, in one step and only while the lease is held: a
 * runner that is stopped in the middle and goes on later removes nothing that a successor has made meanwhile. What a
 * kill leaves of it the next runner removes. `name` is for people who look there.
 */
export async function discardDirectory(
  { files, lease }: Pick<RunnerContext, 'files'> & { lease: Pick<Lease, 'require'> },
  directory: string,
  name: string,
): Promise<void> {
  if (!existsSync(directory)) return
  await mkdir(files.discarded, { recursive: true, mode: 0o700 })
  const discarded = join(files.discarded, `${name}-${randomBytes(6).toString('hex')}`)
  lease.require()
  renameSync(directory, discarded)
  await removeTree(discarded)
}
