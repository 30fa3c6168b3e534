import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'
import { forgetRuns, keepRun, readKeptRun } from '../../../../tasks/engine/unchanged/kept-runs.ts'
import {
  KeptFiles,
  type KeptRun,
  packRun,
  unpackRun,
} from '../../../../tasks/engine/unchanged/unchanged-run.ts'
import { createPlace, root } from '../../cli-rig.ts'

const kept: KeptRun = {
  run: {
    ...{ conditions: '', environment: [], changes: 0, sources: undefined, targets: ['a'], names: ['a'] },
    ...{ color: true, found: [], paths: [], newest: [] },
  },
  looks: new KeptFiles().looks,
}

t.test('a run is kept by its words until all are forgotten', async t => {
  const taskfile = createPlace(t).write('Taskfile.ts', '')
  keepRun({ taskfile, words: ['a'] }, kept)
  t.same(readKeptRun({ taskfile, words: ['a'] })?.run.targets, ['a'])
  t.equal(readKeptRun({ taskfile, words: ['b'] }), undefined)
  forgetRuns(taskfile)
  t.equal(readKeptRun({ taskfile, words: ['a'] }), undefined)
})

t.test('a run is read wherever it lies in memory, and only whole', async t => {
  const files = new KeptFiles()
  files.put('in', [1, 2, 3, 4, 0], false)
  const packed = packRun({ run: { ...kept.run, paths: files.paths }, looks: files.looks })
  for (const offset of [0, 1, 8]) {
    const bytes = Buffer.concat([Buffer.alloc(offset), packed]).subarray(offset)
    t.same([...(unpackRun(bytes)?.looks ?? [])], [1, 2, 3, 4, 0], `at ${offset}`)
  }
  for (const length of [0, 7, 20, packed.length - 1])
    t.equal(unpackRun(packed.subarray(0, length)), undefined)
})

t.test('what cannot be kept, or removed, is no failure of a run', async t => {
  const place = createPlace(t)
  const taskfile = place.write('Taskfile.ts', '')
  const unchanged = place.write('.artifacts/task/unchanged', 'a file in the place of the directory')
  keepRun({ taskfile, words: ['a'] }, kept)
  t.equal(readKeptRun({ taskfile, words: ['a'] }), undefined)
  rmSync(unchanged)
  keepRun({ taskfile, words: ['a'] }, kept)
  // As `sudo npx task` leaves it.
  chmodSync(unchanged, 0)
  t.teardown(() => chmodSync(unchanged, 0o700))
  const task = dirname(unchanged)
  for (const directory of [dirname(place.path), place.path, dirname(task), task]) chmodSync(directory, 0o755)
  const program = place.write(
    'as-another.ts',
    `import { forgetRuns, keepRun } from ${JSON.stringify(join(root, 'tasks/engine/unchanged/kept-runs.ts'))}
     if (process.getuid() === 0) process.setuid(65534)
     keepRun({ taskfile: ${JSON.stringify(taskfile)}, words: ['a'] }, { run: {}, looks: new Float64Array() })
     forgetRuns(${JSON.stringify(taskfile)})`,
  )
  const { status, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' })
  t.equal(status, 0, stderr)
  t.ok(existsSync(unchanged))
})
