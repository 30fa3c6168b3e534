import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import type { Manifest, Stamp } from '../../../tasks/prepare/manifest.ts'
import { compileNothing, currentProgram, launcher, prepareIn } from './launcher.ts'
import { createProject, type Project } from './project.ts'

t.setTimeout(240_000)

const readManifest = (project: Project): Manifest => JSON.parse(readFileSync(project.manifest, 'utf8'))

t.test('what is prepared is current', async t => {
  const project = createProject(t)
  t.equal(currentProgram(project.path), undefined, 'not before it is there')
  await prepareIn(project)
  t.equal(currentProgram(project.path), project.program)
  t.same(readdirSync(project.place).sort(), ['manifest.json', 'tasks'], 'and nothing is left over')
  t.same(readdirSync(dirname(project.program)).sort(), [
    ...['known-commands.ts.js', 'known-commands.ts.js.code', 'known-commands.ts.js.map'],
    ...['', '.brief.code', '.complete.code', '.map', '.run.code'].map(end => `main.ts.js${end}`),
    ...['unchanged.ts.js', 'unchanged.ts.js.code', 'unchanged.ts.js.map'],
  ])
  const paths = readManifest(project).sources.map(([path]) => path)
  for (const path of [
    'tasks/main.ts',
    'tasks/reporters/junit.ts',
    'tasks/unchanged.ts',
    'tasks/known-commands.ts',
    'lib/user-error.ts',
    'tasks/prepare/bundle.ts',
  ])
    t.ok(paths.includes(path), path)
  t.ok(['package.json', 'package-lock.json', 'tasks/launch.mjs'].every(path => paths.includes(path)))
})

t.test('it is stale as soon as any of its sources is another', async t => {
  const project = createProject(t)
  compileNothing(project)
  await prepareIn(project)
  const manifest = readManifest(project)
  for (const source of manifest.sources) {
    const [path] = source
    if (path.includes('node_modules')) continue
    appendFileSync(join(project.path, path), '\n')
    t.equal(currentProgram(project.path), undefined, path)
    const { size, mtimeMs, ctimeMs, ino } = statSync(join(project.path, path))
    const stamp: Stamp = [path, size, mtimeMs, ctimeMs, ino]
    const sources = manifest.sources.map(other => (other === source ? stamp : other))
    Object.assign(manifest, { sources })
    writeFileSync(project.manifest, JSON.stringify(manifest))
    t.equal(currentProgram(project.path), project.program, 'by nothing else')
  }
})

t.test('a source that changes while it is read is not taken for what was read', async t => {
  const project = createProject(t)
  compileNothing(project)
  await prepareIn(project)
  const before = readFileSync(project.manifest, 'utf8')
  for (const name of ['tasks/main.ts', 'lib/user-error.ts', 'package.json']) {
    const preparing = prepareIn(project)
    await delay(30)
    project.edit(name, text => `${text} `)
    await t.rejects(preparing, { message: `${name} has changed just now` })
    t.equal(readFileSync(project.manifest, 'utf8'), before, 'what was there stays')
    t.equal(currentProgram(project.path), undefined)
  }
  await prepareIn(project)
  t.equal(currentProgram(project.path), project.program)
})

t.test('compiled code is kept for each kind of start', async t => {
  const project = createProject(t)
  await prepareIn(project)
  const sizeFor = (kind: string) => launcher.currentProgram(project.path, 'task', kind)?.code?.length ?? 0
  t.ok(sizeFor('brief') > 10_000)
  t.ok(sizeFor('complete') > sizeFor('brief'))
  t.ok(sizeFor('run') > 2 * sizeFor('brief'), 'a run needs the most')
  rmSync(`${project.program}.brief.code`)
  t.equal(launcher.currentProgram(project.path, 'task', 'brief'), undefined)
})

t.test('where nothing can be compiled beforehand, the program is there without', async t => {
  const project = createProject(t)
  project.write('tasks/prepare/practise-main.ts', 'process.exit(1)')
  await prepareIn(project)
  t.match(launcher.currentProgram(project.path, 'task', 'run'), { path: project.program, code: undefined })
  t.match(await project.run('say'), { code: 0, stdout: 'said\n', ran: 'prepared, compiled anew' })
})

const kinds: [words: string[], kind: string][] = [
  [[], 'brief'],
  [['--version'], 'brief'],
  [['--taskfile', 'x', '-l'], 'brief'],
  [['build', '--help'], 'brief'],
  [['build'], 'run'],
  [['--jobs', '2', 'build'], 'run'],
  [['why', 'build'], 'run'],
  [['--complete', 'bash', ':', 'task --list'], 'complete'],
  [['build', '--complete'], 'run'],
]
t.test('the kind of a start', async t => {
  for (const [words, kind] of kinds) t.equal(launcher.kindOfRun(words), kind, words.join(' '))
})

t.test('what those left who were killed is removed, once it is old', async t => {
  const project = createProject(t)
  compileNothing(project)
  const draft = (name: string) => join(project.place, name).slice(project.path.length + 1)
  project.write(`${draft('draft-old')}/file`, 'half')
  project.write(`${draft('draft-new')}/file`, 'half')
  utimesSync(join(project.place, 'draft-old'), 1, 1)
  await prepareIn(project)
  t.same(readdirSync(project.place).sort(), ['draft-new', 'manifest.json', 'tasks'])
})

t.test('where nothing can be written', async t => {
  const project = createProject(t)
  project.write('.artifacts/prepared', 'a file where the directory should be')
  await t.rejects(prepareIn(project))
  t.notOk(existsSync(project.manifest))
})
