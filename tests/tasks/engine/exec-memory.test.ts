import { spawnSync } from 'node:child_process'
import t from 'tap'

const url = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href)

/** A program that runs commands which print one line of so many megabytes, and tells what its memory grew by. */
const program = `
  import { ProcessScope } from ${url('lib/processes/process-scope.ts')}
  import { createExec } from ${url('tasks/engine/exec.ts')}
  await using scope = new ProcessScope()
  let length = 0
  const exec = createExec({
    scope,
    signal: new AbortController().signal,
    cwd: '/',
    environment: process.env,
    log: (_, line) => (length += line.length),
    terminal: () => {},
  })
  const line = megabytes => exec('sh', ['-c', 'head -c ' + megabytes * 1e6 + ' /dev/zero | tr "\\\\0" x'])
  await line(20)
  const before = process.resourceUsage().maxRSS
  await line(50)
  console.log(JSON.stringify({ length, grewMiB: (process.resourceUsage().maxRSS - before) / 1024 }))
`

t.test('50 MB in one line: the memory of the whole process stays bounded', async t => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '--max-semi-space-size=2', '-e', program],
    { encoding: 'utf8' },
  )
  t.equal(stderr, '')
  const { length, grewMiB }: { length: number; grewMiB: number } = JSON.parse(stdout)
  t.comment(`grew by ${grewMiB.toFixed(1)} MiB`)
  t.equal(length, 70_000_000)
  t.ok(grewMiB < 40, `${grewMiB} MiB`)
})

t.test('of a log with long lines no more is in memory than what is kept of it', async t => {
  const program = `
    import { TaskLog } from ${url('tasks/reporters/task-log.ts')}
    const log = new TaskLog()
    for (let i = 0; i < 2_000; i++) log.push(Buffer.alloc(2 ** 16, 97 + (i % 26)).toString())
    gc()
    console.log(JSON.stringify({ lines: log.lines().length, heapMiB: process.memoryUsage().heapUsed / 2 ** 20 }))
  `
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module-typescript', '--expose-gc', '-e', program],
    { encoding: 'utf8' },
  )
  t.equal(stderr, '')
  const { lines, heapMiB }: { lines: number; heapMiB: number } = JSON.parse(stdout)
  t.equal(lines, 2_000)
  t.ok(heapMiB < 60, `${heapMiB} MiB`)
})
