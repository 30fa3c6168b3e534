import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { manifestPath } from '../../tasks/commands/program-stamp.ts'
import { root } from './cli-rig.ts'
import { compileNothing, launcher } from './prepare/launcher.ts'
import { createProject, type Project } from './prepare/project.ts'

t.setTimeout(240_000)

const taskfile = (command = 'cat') => `
import { writeFileSync } from 'node:fs'
import { group } from './tasks/engine/group.ts'
import { describe } from './words.ts'
const copy = task({ describe, inputs: ['in.txt'], outputs: ['out.txt'], run: ['cp', 'in.txt', 'out.txt'] })
const join = task({
  describe, needs: { copy }, inputs: ['more/*.txt'], outputs: ['joined.txt'], env: ['NAME'],
  run: ['sh', '-c', '${command} more/*.txt > joined.txt; echo "$NAME" >> joined.txt'],
})
const length = task({ describe, inputs: ['in.txt'], run: () => 7 })
const all = group({ describe: 'All', needs: { copy, join, length } })
const say = task({ describe: 'Say it', run: () => writeFileSync('said', 'said') })
export default { copy, join, length, all, say }
`

/** Files as they are long before a run: what changed just before is looked at again. */
const settle = () => delay(40)

async function createUnchanged(t: Parameters<typeof createProject>[0], compiled = false): Promise<Project> {
  const project = createProject(t, taskfile())
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
async function untilAhead(project: Project, ...words: string[]) {
  const all = words.length === 0 ? ['all'] : words
  for (let i = 0; i < 5; i++) {
    const ran = await project.run(...all)
    if (ran.ran === 'ahead') return ran
    await settle()
  }
  throw new Error('it is never known ahead')
}

t.test('a run of which nothing has changed says the same, and is remembered, without a Taskfile', async t => {
  const project = await createUnchanged(t, true)
  const words = ['all', '--jobs', '1']
  const plain = await project.run(...words)
  const ahead = await untilAhead(project, ...words)
  const constant = (text: string) => text.replaceAll(/\d\d:\d\d:\d\d|\d+ ms/g, '…')
  t.equal(constant(ahead.stderr), constant(plain.stderr))
  t.match(ahead, { code: 0, stdout: '', stderr: 'all 4 tasks up to date' })
  const { stdout } = await project.run('runs', '--json')
  const [latest] = JSON.parse(stdout).runs ?? JSON.parse(stdout)
  t.match(latest, { words, outcome: 'succeeded', upToDate: 4, ran: 0 })
  t.match(await project.run('say'), { code: 0, ran: 'ahead prepared' }, 'other words are of another run')
  t.equal(readFileSync(join(project.path, 'said'), 'utf8'), 'said')
  t.match(await project.run('all'), { ran: 'ahead' }, 'and a run of what is not remembered changes nothing')
  const { unchanged } = places(project)
  t.equal(statSync(unchanged).mode & 0o777, 0o700)
  for (const name of readdirSync(unchanged)) t.equal(statSync(join(unchanged, name)).mode & 0o777, 0o600)
})

const places = (project: Project) => ({
  unchanged: join(project.path, '.artifacts/task/unchanged'),
  database: join(project.path, '.artifacts/task/runs.db'),
})

t.test('in a terminal it leaves behind what the tree leaves', async t => {
  const project = await createUnchanged(t)
  const words = ['all', '--jobs', '2']
  const inTerminal = async () => {
    project.ran()
    const running = project.start(words, { terminal: [80, 24] })
    t.equal(await running.end(), 0)
    // What stays of a frame that is drawn anew is what was written last.
    const lines = stripVTControlCharacters(running.stdout).trim().split(/\r?\n/).slice(-5)
    return { ran: project.ran(), lines: lines.map(line => line.replace(/\d+ ms/, '…')) }
  }
  const drawn = await inTerminal()
  t.match(drawn.ran, /prepared/)
  await settle()
  t.same(await inTerminal(), { ran: 'ahead', lines: drawn.lines })
  t.match(drawn.lines, ['= copy up to date', /join/, /length/, /all/, 'all 4 tasks up to date (…)'])
})

t.test('whatever has changed is found by a run', async t => {
  const project = await createUnchanged(t)
  const at = (name: string) => join(project.path, name)
  const edits: readonly (readonly [name: string, edit: () => void, said: RegExp])[] = [
    ['an input', () => writeFileSync(at('in.txt'), 'two'), /started: in.txt changed[\s\S]* 4 tasks done in/],
    [
      'an input of the same length, with its time put back',
      () => {
        const { atime, mtime } = statSync(at('in.txt'))
        writeFileSync(at('in.txt'), 'six')
        utimesSync(at('in.txt'), atime, mtime)
      },
      /started: in.txt changed[\s\S]* 4 tasks done in/,
    ],
    ['an input that was only touched', () => utimesSync(at('in.txt'), 1, 1), /all 4 tasks up to date/],
    [
      'an input more',
      () => writeFileSync(at('more/b.txt'), 'b'),
      /more\/b.txt is new[\s\S]* 2 tasks done, 2 up to date/,
    ],
    ['an input less', () => rmSync(at('more/b.txt')), /join +restored/],
    ['an output that was edited', () => writeFileSync(at('out.txt'), 'other'), /copy +restored/],
    ['an output that is gone', () => rmSync(at('joined.txt')), /join +restored/],
    [
      'a command',
      () => project.edit('Taskfile.ts', text => text.replace('cat more', 'ls more')),
      /join +started: its command[\s\S]* 3 tasks done, 1 up to date/,
    ],
    [
      'a module that a Taskfile imports',
      () => project.edit('words.ts', text => text.replace('A task', 'The task')),
      /1 task done, 3 up to date/,
    ],
    [
      'a Taskfile that is only touched',
      () => project.edit('Taskfile.ts', text => text),
      /all 4 tasks up to date/,
    ],
    ['the memory', () => rmSync(places(project).database), /tasks? done|restored/],
    [
      'what is kept of a run, cut short',
      () => {
        for (const name of readdirSync(places(project).unchanged))
          truncateSync(join(places(project).unchanged, name), 100)
      },
      /all 4 tasks up to date/,
    ],
    [
      'the record of a task',
      () => {
        const database = new DatabaseSync(places(project).database)
        database.exec(`update tasks set valid = 0 where name = 'copy'`)
        database.close()
      },
      /1 task done, 3 up to date|restored/,
    ],
  ]
  for (const [name, edit, said] of edits) {
    edit()
    await settle()
    const { ran, stderr, code } = await project.run('all')
    t.equal(code, 0, name)
    t.match(ran, /prepared/, name)
    t.match(stderr, said, name)
    await settle()
    await untilAhead(project)
  }
  project.edit('tasks/engine/names.ts', text => `${text}\n`)
  t.match((await project.run('all')).ran, /prepared/, 'the program is another')
})

t.test('what a run depends on beside files', async t => {
  const project = await createUnchanged(t)
  const run = async (env: Record<string, string>, words = ['all']) => {
    project.ran()
    const running = project.start(words, { env })
    t.equal(await running.end(), 0)
    return project.ran().replace(', compiled anew', '')
  }
  t.equal(await run({ NAME: 'x', OTHER: 'y' }), 'ahead prepared', 'a variable that counts')
  await settle()
  t.match(readFileSync(join(project.path, 'joined.txt'), 'utf8'), /x\n$/)
  await run({})
  await settle()
  await untilAhead(project)
  t.equal(await run({ OTHER: 'y' }), 'ahead', 'one that does not')
  t.equal(await run({ NODE_OPTIONS: '--no-warnings' }), 'ahead prepared', 'options of Node')
  t.equal(await run({ GITHUB_ACTIONS: 'true' }), 'ahead prepared', 'another reporter')
  for (const words of [
    ['all', '--force'],
    ['all', '--reporter', 'json'],
    ['all', '--summary'],
    ['--plan', 'all'],
  ])
    for (let i = 0; i < 3; i++) t.match(await run({}, words), /prepared/, words.join(' '))
})

t.test('tasks that cannot be known without their Taskfile', async t => {
  const project = createProject(
    t,
    `
const options = { describe: 'A task', inputs: ['in.txt'], outputs: ['out.txt'], run: ['cp', 'in.txt', 'out.txt'] }
export default {
  params: task({ ...options, params: z => ({ to: z.string().default('x') }) }),
  secret: task({ ...options, secrets: ['NAME'] }),
  tools: task({ ...options, tools: { sh: '*' } }),
  found: task({ ...options, inputs: () => ['in.txt'] }),
  always: task({ describe: 'Always', run: ['true'] }),
}`,
  )
  compileNothing(project)
  project.write('in.txt', 'one')
  for (const name of ['params', 'secret', 'tools', 'found', 'always'])
    for (let i = 0; i < 3; i++) {
      await settle()
      t.match((await project.run(name)).ran, /^prepared/, name)
    }
  t.notOk(existsSync(places(project).unchanged))
  project.edit('Taskfile.ts', text => `${text}export const started = Date.now()\n`)
  await settle()
  project.edit('Taskfile.ts', text =>
    text.replace(`always: task({ describe: 'Always'`, `always: task({ describe: 'Always', inputs: []`),
  )
  for (let i = 0; i < 3; i++) {
    await settle()
    t.match((await project.run('always')).ran, /^prepared/, 'a Taskfile that does more than declare')
  }
})

t.test('the program is named by the manifest that its start looks at', async t => {
  t.equal(manifestPath, join(launcher.placeOf(root, 'task'), 'manifest.json'))
})
