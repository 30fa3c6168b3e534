import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify, isAlive } from '../../lib/processes/identity.ts'
import { compileNothing } from './prepare/launcher.ts'
import { createProject, touchSource } from './prepare/project.ts'

t.setTimeout(260_000)

const said = { code: 0, stdout: 'said\n' }

t.test('the first start prepares, later ones run what was prepared', async t => {
  const project = createProject(t)
  t.match(await project.run('say'), { ...said, ran: 'prepared' })
  t.ok(existsSync(project.manifest))
  t.match(await project.run('say'), { ...said, ran: 'prepared' })
  t.match(await project.run('--list'), { code: 0, stdout: '  say  Say it\n', ran: 'prepared' })
  t.match(await project.run('sya'), { code: 2, stderr: /^unknown task "sya"/, ran: 'prepared' })
})

t.test('a changed source counts from the next start on', async t => {
  const project = createProject(t)
  compileNothing(project)
  await project.run('say')
  project.edit('tasks/engine/names.ts', text => text.replace(/is a word of the task command/g, 'is a $&'))
  project.write(
    'Taskfile.ts',
    `import { task } from './tasks/engine/task.ts'\nexport default { runs: task({ describe: 'x', run() {} }) }`,
  )
  for (let i = 0; i < 2; i++)
    t.match(await project.run('--list'), { code: 1, stderr: 'is a is a word of the task command' })
})

t.test('a damaged program is not run', async t => {
  const project = createProject(t)
  compileNothing(project)
  await project.run('say')
  for (const damage of [
    () => writeFileSync(project.program, 'let'),
    () => rmSync(project.program),
    () => rmSync(`${project.program}.map`),
    () => writeFileSync(`${project.program}.run.code`, 'none'),
    () => rmSync(`${project.program}.run.code`),
    () => writeFileSync(project.manifest, '{'),
    () => rmSync(join(project.path, '.artifacts'), { recursive: true }),
  ]) {
    damage()
    t.match(await project.run('say'), { ...said, stderr: /done/, ran: 'prepared' })
  }
})

t.test('where it cannot be prepared, the sources run', async t => {
  const project = createProject(t)
  project.write('.artifacts/prepared', 'a file where the directory should be')
  t.match(await project.run('say'), { ...said, ran: 'sources' })
  rmSync(join(project.path, '.artifacts'), { recursive: true })
  project.write('.artifacts', 'a file here too')
  t.match(await project.run('--list'), { code: 0, ran: 'sources' })
  rmSync(join(project.path, '.artifacts'))
  // A module that is missing is none of those that a list needs.
  rmSync(join(project.path, 'tasks/reporters/junit.ts'))
  t.match(await project.run('say'), { ...said, ran: 'sources' })
  // Nor can anything be put into the place of the program.
  mkdirSync(project.program, { recursive: true })
  t.match(await project.run('say'), { ...said, ran: 'sources' })
})

t.test('where nothing may be written, nothing is', async t => {
  const project = createProject(t)
  t.match(await project.run('--plan', 'say'), { code: 0, ran: 'sources' })
  t.notOk(existsSync(join(project.path, '.artifacts')))
  await project.run('say')
  t.match(await project.run('--plan', 'say'), { code: 0, ran: 'prepared' })
  touchSource(project.main)
  const before = readdirSync(join(project.path, '.artifacts'), { recursive: true })
  t.match(await project.run('--plan', 'say'), { code: 0, ran: 'sources' })
  t.same(readdirSync(join(project.path, '.artifacts'), { recursive: true }), before)
})

t.test(
  'compiled code that does not fit the flags of V8 is not used, and stays for who has others',
  async t => {
    const project = createProject(t)
    const run = async (...node: string[]) => {
      const running = project.start(['say'], { node })
      t.equal(await running.end(), 0)
      t.equal(running.stdout, 'said\n')
      return project.ran()
    }
    t.equal(await run('--stack-trace-limit=20'), 'prepared, compiled anew', 'nor is it made by who has them')
    const before = readFileSync(project.manifest, 'utf8')
    t.equal(await run(), 'prepared')
    t.equal(await run('--stack-trace-limit=20'), 'prepared, compiled anew')
    t.equal(await run('--max-old-space-size=500', '--enable-source-maps'), 'prepared')
    t.equal(readFileSync(project.manifest, 'utf8'), before)
  },
)

t.test('tasks and the prepared program mean the same by errors and scopes', async t => {
  const project = createProject(
    t,
    `import { CommandError } from './tasks/engine/command-error.ts'
import { ProcessScope } from './lib/processes/process-scope.ts'
import { UserError } from './lib/user-error.ts'
const mistake = task({ describe: 'x', run: () => { throw new UserError('a mistake', { fix: 'mend it' }) } })
const command = task({ describe: 'x', run: (_, { exec }) => exec('sh', ['-c', 'echo said; exit 7']) })
const caught = task({
  describe: 'x',
  run: (_, { exec, print }) => exec('false').catch(error => print(String(error instanceof CommandError) + '\\n')),
})
const within = task({
  describe: 'x',
  run: async (_, { scope, print }) => {
    const own = new ProcessScope({ within: scope })
    const { pid } = own.spawn('sleep', ['300'], { stdio: 'ignore' })
    print(pid + '\\n')
  },
})
const bug = task({ describe: 'x', run: () => { throw new RangeError('a bug') } })
export default { mistake, command, caught, within, bug }`,
  )
  const failed = await project.run('mistake')
  t.match(failed, { code: 1, ran: 'prepared', stderr: /a mistake\n +mend it\n/ })
  t.notMatch(failed.stderr, /\n\s+at /, 'without a stack')
  t.match(await project.run('command'), {
    code: 1,
    ran: 'prepared',
    stderr: /sh -c 'echo said; exit 7' exited with code 7/,
  })
  t.match(await project.run('caught'), { code: 0, stdout: 'true\n', ran: 'prepared' })
  const { code, stdout, ran } = await project.run('within')
  t.match({ code, ran }, { code: 0, ran: 'prepared' })
  const left = identify(Number(stdout))
  t.notOk(left && isAlive(left), 'the scope of the run owns what one within it starts')
  const { stderr } = await project.run('bug')
  t.match(stderr, /RangeError: a bug\n\s+at [^\n]*Taskfile\.ts:\d+/)
  t.notMatch(stderr, '.artifacts', 'none of the lines of the engine')
})

t.test('a bug of the program is shown where it is in the sources', async t => {
  const project = createProject(t)
  project.edit('tasks/main.ts', text =>
    text.replace('process.exitCode =', `throw new RangeError('a bug')\n$&`),
  )
  const { code, stderr, ran } = await project.run('--list')
  t.match({ code, ran }, { code: 1, ran: 'prepared' })
  t.match(stderr, /RangeError: a bug\n\s+at [^\n]*\/tasks\/main\.ts:\d+/)
})
