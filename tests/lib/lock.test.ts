import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { acquireLock, tryToLock } from '../../lib/lock.ts'

const directory = mkdtempSync(join(tmpdir(), 'ds-lock-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

const holder = (path: string) =>
  spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `import { acquireLock } from ${JSON.stringify(new URL('../../lib/lock.ts', import.meta.url).href)}
       globalThis.lock = await acquireLock(${JSON.stringify(path)})
       console.log('held')
       setInterval(() => {}, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )

t.test('a lock that is free is taken, and free again when it is disposed', async t => {
  const path = join(directory, 'new', 'free.lock')
  for (let round = 0; round < 3; round++) {
    using lock = await acquireLock(path, { onWait: () => t.fail('nobody holds it') })
    t.ok(lock)
  }
})

t.test('a held lock is waited for, once said, until its holder is killed', async t => {
  const path = join(directory, 'held.lock')
  const child = holder(path)
  await once(child.stdout, 'data')
  let waits = 0
  const waiting = acquireLock(path, { onWait: () => waits++ })
  const first = await Promise.race([
    waiting,
    new Promise<'waiting'>(resolve => setImmediate(resolve, 'waiting')),
  ])
  t.equal(first, 'waiting')
  child.kill('SIGKILL')
  using lock = await waiting
  t.ok(lock)
  t.equal(waits, 1)
})

t.test('waiting ends when it is aborted', async t => {
  const path = join(directory, 'aborted.lock')
  const child = holder(path)
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const abort = new AbortController()
  const waiting = acquireLock(path, { signal: abort.signal, onWait: () => abort.abort(new Error('enough')) })
  await t.rejects(waiting)
})

t.test('a lock whose file was removed under its holder is one for those who wait as well', async t => {
  const path = join(directory, 'removed.lock')
  const first = await acquireLock(path)
  let waited = Promise.withResolvers<void>()
  const second = acquireLock(path, { onWait: () => waited.resolve() })
  await waited.promise
  rmSync(path)
  first[Symbol.dispose]()
  using held = await second
  t.ok(held)
  waited = Promise.withResolvers<void>()
  const abort = new AbortController()
  const third = acquireLock(path, { signal: abort.signal, onWait: () => abort.abort(new Error('held')) })
  await t.rejects(third, 'the file that is there now is the one that is locked')
})

t.test('its directory may be removed at any moment: no try fails, and in the end it is taken', async t => {
  const path = join(directory, 'comes and goes', 'x.lock')
  const removing = new Worker(
    `const { renameSync, rmSync } = require('node:fs')
     const { workerData, parentPort } = require('node:worker_threads')
     const until = Date.now() + 500
     let removed = 0
     while (Date.now() < until)
       try {
         renameSync(workerData, workerData + ' away')
         rmSync(workerData + ' away', { recursive: true })
         removed++
       } catch {}
     parentPort.postMessage(removed)`,
    { eval: true, workerData: dirname(path) },
  )
  let removed: number | undefined
  removing.once('message', count => {
    removed = count
  })
  for (; removed === undefined; await new Promise(setImmediate))
    for (let i = 0; i < 50; i++) tryToLock(path)?.[Symbol.dispose]()
  t.ok(removed > 0)
  using lock = tryToLock(path)
  t.ok(lock)
})
