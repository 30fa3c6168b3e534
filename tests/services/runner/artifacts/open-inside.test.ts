import { once } from 'node:events'
import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { openInside } from '../../../../services/runner/artifacts/open-inside.ts'
import { until } from '../../../until.ts'

/** Puts a link in the place of a directory and takes it away again, as fast as it can. */
const swapping = `
  const { renameSync, symlinkSync, writeFileSync } = require('node:fs')
  const { top, outside, stop } = require('node:worker_threads').workerData
  symlinkSync(outside, top + '/link')
  const stopped = new Int32Array(stop)
  for (let round = 0; Atomics.load(stopped, 0) === 0; round++) {
    renameSync(top + '/place', top + '/aside')
    renameSync(top + '/link', top + '/place')
    renameSync(top + '/place', top + '/link')
    renameSync(top + '/aside', top + '/place')
    if (round === 100) writeFileSync(top + '/swapping', '')
  }
`

t.test('no link that comes at any moment leads out of a worktree', async t => {
  const root = realpathSync(t.testdir())
  const [top, outside] = [join(root, 'worktree'), join(root, 'outside')]
  for (const directory of [join(top, 'place'), outside]) mkdirSync(directory, { recursive: true })
  writeFileSync(join(top, 'place', 'file'), 'inside')
  writeFileSync(join(outside, 'file'), 'outside')
  const stop = new SharedArrayBuffer(4)
  const worker = new Worker(swapping, { eval: true, workerData: { top, outside, stop } })
  t.teardown(() => worker.terminate().then(() => undefined))
  await until('links to come and go', () => existsSync(join(top, 'swapping')))

  const seen = new Map<string, number>()
  const end = performance.now() + 3_000
  while (performance.now() < end) {
    const opened = await openInside(top, 'place/file')
    const what = opened.ok ? await opened.file.readFile('utf8') : opened.reason
    if (opened.ok) await opened.file.close()
    seen.set(what, (seen.get(what) ?? 0) + 1)
  }
  Atomics.store(new Int32Array(stop), 0, 1)
  await once(worker, 'exit')
  t.comment(Object.fromEntries(seen))
  t.notOk(seen.has('outside'))
  t.ok(seen.has('inside') && seen.has('outside_worktree'), 'both were there in turn')
})
