import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { errorCode } from '../../lib/error-code.ts'

/** Whether a directory has a file system of its own, which may be filled without harm to others. */
export type OwnDisk = Disposable &
  ({ readonly kind: 'own' } | { readonly kind: 'shared'; readonly reason: string })

/** Mounts a small one at `directory`, where that is allowed. */
export function ownDisk(directory: string): OwnDisk {
  const shared = (reason: string) => ({ kind: 'shared', reason, [Symbol.dispose]: () => undefined }) as const
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return shared('only root may mount')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=768m,mode=0700', 'tmpfs', directory], { stdio: 'pipe' })
  } catch (error) {
    return shared(`nothing may be mounted here: ${error}`)
  }
  return { kind: 'own', [Symbol.dispose]: () => void execFileSync('umount', ['-l', directory]) }
}

const block = Buffer.alloc(1 << 20)

/** Lets a file grow until its disk has not a byte left. */
export function fillWith(file: string): void {
  const fd = openSync(file, 'a')
  try {
    for (let size = block.length; size > 0; )
      try {
        writeSync(fd, block, 0, size)
      } catch (error) {
        if (errorCode(error) !== 'ENOSPC') throw error
        size >>= 1
      }
  } finally {
    closeSync(fd)
  }
}
