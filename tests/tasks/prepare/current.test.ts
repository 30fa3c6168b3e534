import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { compileNothing, currentProgram, prepareIn } from './launcher.ts'
import { createProject, type Project } from './project.ts'

t.setTimeout(240_000)

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
  { name: 'compiled code removed', change: ({ program }) => rmSync(`${program}.run.code`) },
  {
    name: 'compiled code with one other byte',
    change: ({ program }) => {
      const code = readFileSync(`${program}.run.code`)
      code.writeUInt8(code.readUInt8(1000) ^ 1, 1000)
      writeFileSync(`${program}.run.code`, code)
    },
  },
  {
    name: 'the program of another preparation, and the same compiled code',
    change: ({ program }) => {
      writeFileSync(`${program}.new`, readFileSync(program))
      renameSync(`${program}.new`, program)
    },
  },
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
    compileNothing(project)
    await prepareIn(project)
    t.equal(currentProgram(project.path), project.program)
    change(project)
    t.equal(currentProgram(project.path), undefined, name)
  }
})
