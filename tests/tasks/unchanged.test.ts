import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import t from 'tap'
import { manifestPath } from '../../tasks/commands/program-stamp.ts'
import { root } from './cli-rig.ts'
import { compileNothing, launcher } from './prepare/launcher.ts'
import { createProject } from './prepare/project.ts'
import { createUnchanged, places, settle, untilAhead } from './unchanged-rig.ts'

t.setTimeout(240_000)

t.test('a run of which nothing has changed says the same, and is remembered, without a Taskfile', async t => {
  const project = await createUnchanged(t, true)
  const words = ['all', '--jobs', '1']
  const plain = await project.run(...words)
  const ahead = await untilAhead(project, ...words)
  const constant = (text: string) => text.replaceAll(/\d\d:\d\d:\d\d|[\d.]+ m?s/g, '…')
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

t.test('in a terminal it leaves behind what the tree leaves', async t => {
  const project = await createUnchanged(t)
  const words = ['all', '--jobs', '2']
  const inTerminal = async () => {
    project.ran()
    const running = project.start(words, { terminal: [80, 24] })
    t.equal(await running.end(), 0)
    // What stays of a frame that is drawn anew is what was written last.
    const lines = stripVTControlCharacters(running.stdout).trim().split(/\r?\n/).slice(-5)
    return { ran: project.ran(), lines: lines.map(line => line.replace(/[\d.]+ m?s/, '…')) }
  }
  const drawn = await inTerminal()
  t.match(drawn.ran, /prepared/)
  await settle()
  t.same(await inTerminal(), { ran: 'ahead', lines: drawn.lines })
  t.match(drawn.lines, [
    '= copy up to date',
    /= (?:join|length)/,
    /=/,
    '= all up to date',
    'all 4 tasks up to date (…)',
  ])
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
  plain: task(options),
  instead: task({
    describe: 'Another, unless OWN says otherwise',
    params: z => ({ own: z.boolean().default(false).meta({ env: 'OWN' }) }),
    instead: ({ own }) => (own ? undefined : { name: 'plain', words: [] }),
    run: ['true'],
  }),
}`,
  )
  compileNothing(project)
  project.write('in.txt', 'one')
  for (const name of ['params', 'secret', 'tools', 'found', 'instead'])
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

t.test('another package that is found nearer', async t => {
  const project = createProject(
    t,
    `import { said } from './tools/said.ts'
     export default { say: task({ describe: 'Say it', inputs: [], run: () => said() }) }`,
  )
  compileNothing(project)
  project.write('tools/said.ts', `import ms from 'ms'\nexport const said = () => ms(1_000)`)
  await settle()
  await untilAhead(project, 'say')
  project.write(
    'tools/node_modules/ms/package.json',
    '{ "name": "ms", "version": "9.0.0", "main": "index.js" }',
  )
  project.write('tools/node_modules/ms/index.js', 'module.exports = () => 9')
  const { ran, stderr } = await project.run('say')
  t.match(ran, /^ahead prepared/)
  t.match(stderr, /started: its source/)
})

t.test('the program is named by the manifest that its start looks at', async t => {
  t.equal(manifestPath, join(launcher.placeOf(root, 'task'), 'manifest.json'))
})
