import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { identify } from '../../lib/processes/identity.ts'
import { nameOfWords } from '../../tasks/engine/unchanged/known-runs.ts'
import { anyAlive, zoo } from '../lib/processes/zoo.ts'
import { until } from '../until.ts'
import { compileNothing, launcher } from './prepare/launcher.ts'
import { createProject, type Project } from './prepare/project.ts'
import { settle, untilAhead } from './unchanged-rig.ts'

t.setTimeout(240_000)

const taskfile = `
import { group } from './tasks/engine/group.ts'
import { describe, word } from './words.ts'
const hello = task({ describe, run: ['echo', word] })
const both = task({ describe, needs: { hello }, timeout: '1m', run: ['sh', '-c', 'echo "$NAME"; echo "$@"', 'sh'] })
const fails = task({ describe, needs: { both }, retries: { times: 1, delay: '1ms' }, run: ['sh', '-c', 'echo no >&2; exit 3'] })
const tree = task({ describe, run: ['sh', '-c', ${JSON.stringify(zoo.setsid + zoo.tree)}] })
const made = task({ describe, inputs: [], run: ['true'] })
const named = task({ describe, params: z => ({ to: z.string().default('x') }), run: ['true'] })
const kept = task({ describe, secrets: ['NAME'], run: ['true'] })
const asked = task({ describe, confirm: 'Really?', run: ['true'] })
const told = task({ describe, run: () => {} })
const all = group({ describe, needs: { hello } })
export default { hello, both, fails, tree, made, named, kept, asked, told, all }
`

function create(t: Parameters<typeof createProject>[0]): Project {
  const project = createProject(t, taskfile)
  compileNothing(project)
  project.write('words.ts', `export const describe = 'A task'\nexport const word = 'hello'\n`)
  return project
}

/** The first runs keep what the next ones need not find out. */
async function untilKnown(project: Project, ...words: string[]) {
  for (let i = 0; i < 6; i++) {
    await settle()
    const ran = await project.run(...words)
    if (ran.ran === 'commands') return ran
  }
  throw new Error('it is never known')
}

const constant = (text: string) => text.replaceAll(/\d\d:\d\d:\d\d|[\d.]+ m?s|\d{8}T\d+Z-\d+/g, '…')

t.test('a run of commands is the same without its Taskfile, in all that is seen of it', async t => {
  const project = create(t)
  const words = ['--jobs', '1', 'both', '--', 'one', 'two three']
  await settle()
  const first = await project.run(...words)
  t.match(first, { code: 0, stdout: '', stderr: /both {3}│ one two three\n/ })
  const known = await untilKnown(project, ...words)
  t.equal(constant(known.stderr), constant(first.stderr))
  const { runs } = { runs: JSON.parse((await project.run('runs', '--json')).stdout) }
  t.match((runs.runs ?? runs)[0], { words, outcome: 'succeeded', ran: 2, upToDate: 0 })
  const kept = join(project.path, '.artifacts/task/commands')
  t.equal(statSync(kept).mode & 0o777, 0o700)
  t.same(readdirSync(kept), [nameOfWords(words)])
  t.equal(statSync(join(kept, nameOfWords(words))).mode & 0o777, 0o600)

  const running = project.start(words, { env: { NAME: 'of the moment' } })
  t.equal(await running.end(), 0)
  t.match(running.stderr, 'of the moment', 'commands get the environment of their own run')
  t.equal(project.ran(), 'commands')
})

t.test('one that fails says why, and can be resumed', async t => {
  const project = create(t)
  await settle()
  const first = await project.run('fails', '-k')
  t.match(first, { code: 1, stderr: /exited with code 3\n\n {2}again: npx task fails/ })
  const known = await untilKnown(project, 'fails', '-k')
  t.equal(known.code, 1)
  t.equal(constant(known.stderr), constant(first.stderr))
  const [log = ''] = /\.artifacts\/task\/logs\/\S+/.exec(known.stderr) ?? []
  t.equal(readFileSync(join(project.path, log), 'utf8'), 'no\nno\n', 'the log is kept')
  t.match(await project.run('resume'), { code: 1, stderr: /1 failed, 0 done, 2 done before/ })
})

t.test('what it came from has changed, or something else is asked for: the Taskfile is loaded', async t => {
  const project = create(t)
  await untilKnown(project, 'hello')
  project.edit('words.ts', text => text.replace(`'hello'`, `'good morning'`))
  t.match(await project.run('hello'), { ran: 'commands prepared', stderr: /good morning/ })
  await untilKnown(project, 'hello')
  const run = async (env: Record<string, string>, terminal?: [number, number]) => {
    project.ran()
    const running = project.start(['hello'], { env, ...(terminal && { terminal }) })
    t.equal(await running.end(), 0)
    return project.ran().replace(', compiled anew', '')
  }
  t.equal(await run({ NODE_OPTIONS: '--no-warnings' }), 'commands prepared', 'options of Node')
  await untilKnown(project, 'hello')
  t.equal(await run({ GITHUB_ACTIONS: 'true' }), 'commands prepared', 'another reporter')
  t.equal(await run({}, [80, 24]), 'commands prepared', 'a terminal')
  await untilKnown(project, 'hello')
  const kept = join(project.path, '.artifacts/task/commands', nameOfWords(['hello']))
  writeFileSync(kept, '{"conditions":')
  t.match(await project.run('hello'), { code: 0, ran: 'commands prepared' }, 'what was kept is damaged')
  await untilKnown(project, 'hello')
  const { steps: _, ...rest } = JSON.parse(readFileSync(kept, 'utf8'))
  writeFileSync(kept, JSON.stringify(rest))
  t.match(await project.run('hello'), { code: 0, ran: 'commands prepared' }, 'some of it is missing')
  await untilKnown(project, 'hello')
  project.edit('Taskfile.ts', text => `${text}export const started = Date.now()\n`)
  t.match(await project.run('hello'), { code: 0, ran: 'commands prepared' })
  for (let i = 0; i < 2; i++) {
    await settle()
    t.match((await project.run('hello')).ran, /^prepared/, 'a Taskfile that does more than declare')
  }
})

t.test('what is up to date by now is looked for among commands no more', async t => {
  const project = create(t)
  const always = `describe, run: ['echo', word]`
  const remembered = `describe, inputs: [], run: ['echo', word]`
  project.edit('Taskfile.ts', text => text.replace(always, remembered))
  await settle()
  await project.run('hello')
  project.edit('Taskfile.ts', text => text.replace(remembered, always))
  await untilKnown(project, 'hello')
  project.edit('Taskfile.ts', text => text.replace(always, remembered))
  await settle()
  t.match(await project.run('hello'), { ran: 'commands prepared', stderr: /up to date/ })
  await settle()
  await untilAhead(project, 'hello')
})

t.test('tasks that are more than commands are not known', async t => {
  const project = create(t)
  for (const words of [
    ...['made', 'named', 'kept', 'told', 'all'].map(name => [name]),
    ['asked', '--yes'],
    ...['--force', '--only', '--summary', '--reporter=plain'].map(flag => ['hello', flag]),
  ])
    for (let i = 0; i < 2; i++) {
      await settle()
      t.notMatch((await project.run(...words)).ran, /commands/, words.join(' '))
    }
})

t.test('a signal, and its own death, leave nothing behind', async t => {
  const project = create(t)
  const started = async () => {
    const running = project.start(['tree'])
    const found = () => [...running.stderr.matchAll(/pid (\d+)/g)].map(match => identify(Number(match[1])))
    await until('its processes', () => found().length >= 3)
    return { running, processes: found() }
  }
  for (let i = 0, ran = ''; ran !== 'commands'; i++) {
    if (i > 6) throw new Error('it is never known')
    const { running, processes } = await started()
    running.child.kill('SIGTERM')
    t.equal(await running.end(), 143)
    t.notOk(anyAlive(processes))
    ran = project.ran()
    await settle()
  }
  const { running, processes } = await started()
  running.child.kill('SIGKILL')
  t.equal(await running.end(), 'SIGKILL')
  await until('the end of all', () => !anyAlive(processes))
  t.equal(project.ran(), 'commands')
  t.match((await project.run('runs')).stdout, /killed/)
})

t.test('the launcher knows the name of what is kept', t => {
  for (const words of [[], ['a'], ['..'], ['--jobs', '2', 'a/b'], ['é'.repeat(400)]])
    t.equal(launcher.nameOfWords(words), nameOfWords(words))
  t.ok(Buffer.byteLength(nameOfWords(['é'.repeat(400)])) < 255)
  t.end()
})
