import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { compileNothing } from './prepare/launcher.ts'
import { createProject, type Project } from './prepare/project.ts'

const taskfile = `
import { writeFileSync } from 'node:fs'
import { group } from './tasks/engine/group.ts'
import { describe } from './words.ts'
const copy = task({ describe, inputs: ['in.txt'], outputs: ['out.txt'], run: ['cp', 'in.txt', 'out.txt'] })
const join = task({
  describe, needs: { copy }, inputs: ['more/*.txt'], outputs: ['joined.txt'], env: ['NAME'],
  run: ['sh', '-c', 'cat more/*.txt > joined.txt; echo "$NAME" >> joined.txt'],
})
const length = task({ describe, inputs: ['in.txt'], run: () => 7 })
const all = group({ describe: 'All', needs: { copy, join, length } })
const say = task({ describe: 'Say it', run: () => writeFileSync('said', 'said') })
export default { copy, join, length, all, say }
`

/** Files as they are long before a run: what changed just before is looked at again. */
export const settle = () => delay(40)

/** A project of which nothing has changed since its last run. */
export async function createUnchanged(
  t: Parameters<typeof createProject>[0],
  compiled = false,
): Promise<Project> {
  const project = createProject(t, taskfile)
  if (!compiled) compileNothing(project)
  project.write('words.ts', `export const describe = 'A task'\n`)
  project.write('in.txt', 'one')
  project.write('more/a.txt', 'a')
  await settle()
  await project.run('all')
  await settle()
  await untilAhead(project)
  return project
}

/** The first run that finds nothing to do keeps that, so one of the next needs not look. */
export async function untilAhead(project: Project, ...words: string[]) {
  const all = words.length === 0 ? ['all'] : words
  for (let i = 0; i < 5; i++) {
    const ran = await project.run(...all)
    if (ran.ran === 'ahead') return ran
    await settle()
  }
  throw new Error('it is never known ahead')
}

export const places = (project: Project) => ({
  unchanged: join(project.path, '.artifacts/task/unchanged'),
  database: join(project.path, '.artifacts/task/runs.db'),
})
