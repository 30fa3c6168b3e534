import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import t from 'tap'
import type { Manifest, Stamp } from '../../../tasks/prepare/manifest.ts'
import { root } from '../cli-rig.ts'
import { createProject, type Project } from './project.ts'

const { currentProgram }: { currentProgram(root: string): string | undefined } = await import(
  pathToFileURL(join(root, 'tasks/launch.mjs')).href
)

/** The preparation of a copy of the project, by the copy itself. */
async function prepareIn({ path, main }: Project): Promise<string> {
  // Whatever the copy consists of has to be older than the preparation.
  await delay(20)
  const module: { prepare(root: string, main: string): Promise<string> } = await import(
    pathToFileURL(join(path, 'tasks/prepare/prepare.ts')).href
  )
  return module.prepare(path, main)
}

const readManifest = (project: Project): Manifest => JSON.parse(readFileSync(project.manifest, 'utf8'))

t.test('what is prepared is current', async t => {
  const project = createProject(t)
  t.equal(currentProgram(project.path), undefined, 'not before it is there')
  t.equal(await prepareIn(project), project.program)
  t.equal(currentProgram(project.path), project.program)
  t.same(
    readdirSync(dirname(project.manifest)).sort(),
    ['manifest.json', 'tasks'],
    'and nothing is left over',
  )
  const paths = readManifest(project).sources.map(([path]) => path)
  for (const path of [
    'tasks/main.ts',
    'tasks/reporters/junit.ts',
    'lib/user-error.ts',
    'tasks/prepare/bundle.ts',
  ])
    t.ok(paths.includes(path), path)
  t.ok(['package.json', 'package-lock.json', 'tasks/launch.mjs'].every(path => paths.includes(path)))
})

t.test('it is stale as soon as any of its sources is another', async t => {
  const project = createProject(t)
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

/** Changes to one source, or to what was prepared, after which it must not run. */
const changes: { name: string; change: (project: Project) => void }[] = [
  {
    name: 'a source with other text of the same size, and its old time',
    change: ({ path }) => {
      const file = join(path, 'tasks/main.ts')
      const { atime, mtime } = statSync(file)
      writeFileSync(file, readFileSync(file, 'utf8').replace('import', 'Import'))
      utimesSync(file, atime, mtime)
    },
  },
  {
    name: 'a source replaced by a copy with the same time',
    change: ({ path }) => {
      const file = join(path, 'lib/suggest.ts')
      const { atime, mtime } = statSync(file)
      writeFileSync(`${file}.new`, readFileSync(file))
      utimesSync(`${file}.new`, atime, mtime)
      renameSync(`${file}.new`, file)
    },
  },
  { name: 'a source removed', change: ({ path }) => rmSync(join(path, 'tasks/reporters/junit.ts')) },
  { name: 'a truncated program', change: ({ program }) => writeFileSync(program, 'let') },
  {
    name: 'a program with other text of the same size',
    change: ({ program }) => writeFileSync(program, readFileSync(program, 'utf8').replace('var', 'vax')),
  },
  { name: 'a program removed', change: ({ program }) => rmSync(program) },
  {
    name: 'a directory in its place',
    change: ({ program }) => {
      rmSync(program)
      mkdirSync(program)
    },
  },
  { name: 'a manifest that is half', change: ({ manifest }) => writeFileSync(manifest, '{"root":') },
  { name: 'a manifest of another kind', change: ({ manifest }) => writeFileSync(manifest, '{"sources":[]}') },
  { name: 'a manifest that is nothing', change: ({ manifest }) => writeFileSync(manifest, 'null') },
  {
    name: 'another place of the whole',
    change: ({ manifest }) =>
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"root":"', '"root":"/elsewhere')),
  },
]
t.test('it is not current after', async t => {
  for (const { name, change } of changes) {
    const project = createProject(t)
    await prepareIn(project)
    change(project)
    t.equal(currentProgram(project.path), undefined, name)
  }
})

t.test('a source that changes while it is read is not taken for what was read', async t => {
  const project = createProject(t)
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

t.test('what those left who were killed is removed, once it is old', async t => {
  const project = createProject(t)
  project.write('.artifacts/prepared/draft-old/file', 'half')
  project.write('.artifacts/prepared/draft-new/file', 'half')
  utimesSync(join(project.path, '.artifacts/prepared/draft-old'), 1, 1)
  await prepareIn(project)
  t.same(readdirSync(dirname(project.manifest)).sort(), ['draft-new', 'manifest.json', 'tasks'])
})

t.test('where nothing can be written', async t => {
  const project = createProject(t)
  project.write('.artifacts/prepared', 'a file where the directory should be')
  await t.rejects(prepareIn(project))
  t.notOk(existsSync(project.manifest))
})
