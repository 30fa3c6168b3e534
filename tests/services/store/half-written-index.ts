import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'

/** Bytes of the index of the log (`-shm`), by https://sqlite.org/walformat.html#wal_locks: its change counter, and its lock for writing. */
const index = { changeCounter: 8, writeLock: 120 }

/** A store in use becomes one whose index somebody is half through writing, until what is returned is called. */
export async function halfWrittenIndex(
  owner: { teardown(end: () => unknown): void },
  path: string,
): Promise<() => Promise<void>> {
  const hold = `import fcntl, sys
index = open(sys.argv[1], 'r+b')
fcntl.lockf(index, fcntl.LOCK_EX, 1, ${index.writeLock})
print('held', flush=True)
sys.stdin.read()`
  const holder = spawn('python3', ['-c', hold, `${path}-shm`], { stdio: ['pipe', 'pipe', 'inherit'] })
  owner.teardown(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  const written = openSync(`${path}-shm`, 'r+')
  writeSync(written, Buffer.from([9, 9, 9, 9]), 0, 4, index.changeCounter)
  closeSync(written)
  return async () => {
    const ended = once(holder, 'exit')
    holder.stdin.end()
    await ended
  }
}
