import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { nameOfWords } from '../../tasks/engine/unchanged/known-runs.ts'
import { compileNothing } from './prepare/launcher.ts'
import { createProject, type Project } from './prepare/project.ts'
import { settle } from './unchanged-rig.ts'

t.setTimeout(240_000)

const taskfile = `
import { group } from './tasks/engine/group.ts'
import { mount } from './tasks/engine/mount.ts'
const describe = 'A task'
const copy = task({ describe, inputs: ['in.txt'], outputs: ['out.txt'], run: ['cp', 'in.txt', 'out.txt'] })
const join = task({
  describe, needs: { copy }, inputs: ['more/*.txt'], outputs: ['joined.txt'], env: ['NAME'],
  run: ['sh', '-c', 'echo "joins $NAME"; cat more/*.txt > joined.txt'],
})
const strict = task({ describe, inputs: ['in.txt'], run: ['grep', '-v', 'wrong', 'in.txt'] })
const all = group({ describe: 'All', needs: { copy, join } })
const length = task({ describe, inputs: ['in.txt'], run: () => 7 })
const named = task({ describe, inputs: [], params: z => ({ to: z.string().default('x') }), run: ['true'] })
const kept = task({ describe, inputs: [], secrets: ['NAME'], run: ['true'] })
const lengths = group({ describe: 'Needs a function', needs: { length } })
export default { copy, join, strict, all, length, named, kept, lengths, below: mount('./below/Taskfile.ts') }
`
const below = `
import { task } from '../tasks/engine/task.ts'
export default { make: task({ describe: 'Below', inputs: ['in.txt'], outputs: ['out.txt'], run: ['cp', 'in.txt', 'out.txt'] }) }
`

async function create(t: Parameters<typeof createProject>[0]): Promise<Project> {
  const project = createProject(t, taskfile)
  compileNothing(project)
  project.write('in.txt', 'one')
  project.write('more/a.txt', 'a')
  project.write('below/Taskfile.ts', below)
  project.write('below/in.txt', 'below')
  await settle()
  return project
}

/** Until a run with these words does without the Taskfile, whatever `change` makes stale before each. */
async function untilKnown(project: Project, words: readonly string[], change: (round: number) => void) {
  for (let i = 0; i < 6; i++) {
    change(i)
    await settle()
    project.loaded()
    const ran = await project.run(...words)
    if (!project.loaded()) return ran
  }
  throw new Error('it is never known')
}

const constant = (text: string) => text.replaceAll(/\d\d:\d\d:\d\d|[\d.]+ m?s|\d{8}T\d+Z-\d+/g, '…')

t.test('what has changed is made without the Taskfile, and all the same', async t => {
  const project = await create(t)
  const text = (name: string) => readFileSync(join(project.path, name), 'utf8')
  const words = ['--jobs', '1', 'all']
  await project.run(...words)
  project.write('in.txt', 'two')
  await settle()
  const loading = await project.run(...words)
  const known = await untilKnown(project, words, round => project.write('in.txt', `edited ${round}`))
  t.equal(known.code, 0)
  t.match(known.stderr, /copy {2}started: in\.txt changed/)
  t.match(known.stderr, /join {2}started: the outputs of copy changed/)
  t.equal(constant(known.stderr), constant(loading.stderr))
  t.equal(text('out.txt'), text('in.txt'))
  const kept = join(project.path, '.artifacts/task/graphs')
  t.equal(statSync(kept).mode & 0o777, 0o700)
  t.equal(statSync(join(kept, nameOfWords(words))).mode & 0o777, 0o600)

  const run = async (what: string, expected: RegExp, env: Record<string, string> = {}) => {
    await settle()
    project.loaded()
    const running = project.start(words, { env })
    t.equal(await running.end(), 0, what)
    t.match(running.stderr, expected, what)
    t.notOk(project.loaded(), `${what}: without the Taskfile`)
  }
  const input = join(project.path, 'in.txt')
  const { mtime, size } = statSync(input)
  writeFileSync(input, 'x'.repeat(size))
  utimesSync(input, mtime, mtime)
  await run('edited, same size and mtime', /copy {2}started: in\.txt changed/)
  utimesSync(input, new Date(), new Date())
  await run('touched', /all 3 tasks up to date/)
  rmSync(join(project.path, 'out.txt'))
  await run('output deleted', /copy {2}restored/)
  t.equal(text('out.txt'), 'x'.repeat(size))
  project.write('out.txt', 'edited')
  await run('output edited', /copy {2}restored/)
  t.equal(text('out.txt'), 'x'.repeat(size))
  project.write('in.txt', 'two')
  await run('as it was before', /copy {2}restored/)
  project.write('more/b.txt', 'b')
  await run('a file more', /join {2}started: more\/b\.txt/)
  t.equal(text('joined.txt'), 'ab')
  await run('a variable', /join {2}│ joins of the moment/, { NAME: 'of the moment' })
  project.edit('Taskfile.ts', text => text.replace('cat more/*.txt', 'cat in.txt more/*.txt'))
  t.match(await project.run(...words), { code: 0, stderr: /join {2}started/ })
  t.ok(project.loaded(), 'another command: the Taskfile tells')
  t.equal(text('joined.txt'), 'twoab')
})

t.test('one that fails says why, and can be resumed', async t => {
  const project = await create(t)
  const words = ['strict']
  await project.run(...words)
  const known = await untilKnown(project, words, round =>
    project.write('in.txt', `wrong\n${round ? '' : 'right\n'}`),
  )
  t.match(known, { code: 1, stderr: /exited with code 1\n\n {2}again: npx task strict/ })
  project.write('in.txt', 'right')
  t.match(await project.run('resume'), { code: 0, stderr: /1 task done/ })
})

t.test('tasks of a Taskfile that is mounted run where they are at home', async t => {
  const project = await create(t)
  const words = ['below:make']
  await project.run(...words)
  await untilKnown(project, words, round => project.write('below/in.txt', `below ${round}`))
  t.equal(
    readFileSync(join(project.path, 'below/out.txt'), 'utf8'),
    readFileSync(join(project.path, 'below/in.txt'), 'utf8'),
  )
  project.write('below/Taskfile.ts', below.replace(`'Below'`, `'Elsewhere'`))
  project.write('below/in.txt', 'once more')
  await settle()
  project.loaded()
  t.match(await project.run(...words), { code: 0 })
  t.ok(project.loaded(), 'it has changed itself')
})

t.test('what is not known, or kept no more, is loaded', async t => {
  const project = await create(t)
  const change = (round: number) => project.write('in.txt', `another ${round}`)
  for (const words of [...['lengths', 'named', 'kept'].map(name => [name]), ['copy', '--force']])
    for (let i = 0; i < 2; i++) {
      change(Math.random())
      await settle()
      project.loaded()
      await project.run(...words)
      t.ok(project.loaded(), words.join(' '))
    }
  await untilKnown(project, ['copy'], change)
  const kept = join(project.path, '.artifacts/task/graphs', nameOfWords(['copy']))
  writeFileSync(kept, readFileSync(kept, 'utf8').replace('"steps"', '"other"'))
  change(-1)
  t.match(await project.run('copy'), { code: 0, stderr: /copy {2}started/ })
  t.ok(project.loaded(), 'what was kept is damaged')
  await untilKnown(project, ['copy'], change)
  // One that may not be there, and so is not where it was.
  renameSync(join(project.path, 'below/Taskfile.ts'), join(project.path, 'below/Other.ts'))
  t.match(await project.run('copy'), { code: 1, stderr: /there is no Taskfile at/ })
})
