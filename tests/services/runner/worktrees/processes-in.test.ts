import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { mayWorkIn, processesIn } from '../../../../services/runner/worktrees/processes-in.ts'

/** Maps a file and closes it: the C library's own call, for Python's keeps the file open. */
const mapper = `
import ctypes, os, sys, time
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
file = os.open(sys.argv[1], os.O_RDWR)
libc.mmap(None, 4096, 3, 1, file, 0)
os.close(file)
print('mapped', flush=True)
time.sleep(600)
`

t.test('a process that has a file mapped, and nothing open, is found', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'processes-in-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'file'), 'x')
  t.same(processesIn(directory), [])
  const child = spawn('python3', ['-c', mapper, join(directory, 'file')], {
    cwd: '/',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  t.same(processesIn(directory), [child.pid])
})

t.test('who works in a directory is found by any path that leads there', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'processes-in-'))
  const link = `${directory}-link`
  symlinkSync(directory, link)
  t.teardown(() => {
    rmSync(link)
    rmSync(directory, { recursive: true })
  })
  t.equal(mayWorkIn(link), false)
  const child = spawn('sleep', ['600'], { cwd: directory })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  t.equal(mayWorkIn(link), true)
  t.same(processesIn(link), [child.pid])
})
