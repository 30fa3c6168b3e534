import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createPlace, finish, importTask, type Place, Running, root } from './cli-rig.ts'
import { createProject } from './prepare/project.ts'

// Most of it is starts of programs.
t.setTimeout(260_000)

const taskfile = `${importTask}
const run = () => {}
const restart = task({
  describe: 'Restart',
  params: z => ({ service: z.enum(['web', 'api']).meta({ positional: true }) }),
  run,
})
const stop = task({ describe: 'Stop', params: z => ({ force: z.boolean().default(false) }), run })
export default { build: task({ describe: 'Build', run }), restart, stop }
`

/** What may stand at the last word. */
async function ask(cwd: string, ...words: string[]) {
  const { code, stdout, stderr } = await finish(['--complete', 'fish', ...words], { cwd })
  t.equal(code, 0, 'never fails')
  t.equal(stderr, '', 'and says nothing')
  const [files, ...lines] = stdout.split('\0')
  return { files, texts: lines.filter(line => line !== '').map(line => line.split('\t')[0] ?? '') }
}

const own = ['runs', 'why', 'graph', 'resume', 'cache', 'completions']

t.test('without a Taskfile: subcommands and options', async t => {
  // Nothing is above it, so that there is no Taskfile in which somebody else works.
  const path = '/'
  t.same((await ask(path, '')).texts, own)
  t.ok((await ask(path, '--')).texts.includes('--reporter'))
  t.same((await ask(path, 'why', '')).texts, [])
  t.same((await ask(path, 'build', '')).texts, [])
  t.same((await ask(path, 'runs', '')).texts, [])
  t.same((await ask(path, '--taskfile', 'gone.ts', '')).texts, own)
})

t.test('a Taskfile that is of no use', async t => {
  const useless: [what: string, text: string][] = [
    ['throws', `throw new Error('no')`],
    ['throws nothing', 'throw undefined'],
    ['is no TypeScript', 'export default {'],
    ['has no tasks', 'export default 3'],
    ['ends the process', 'process.exit(7)'],
    ['rejects beside', `Promise.reject(new Error('beside')); export default 3`],
    [
      'has something else for a task',
      `${importTask}\nexport default { odd: Object.assign(task({ describe: 'x', run() {} }), { options: undefined }) }`,
    ],
    ['never ends', 'await new Promise(() => {}); export default {}'],
  ]
  for (const [what, text] of useless) {
    const place = createPlace(t)
    place.write('Taskfile.ts', text)
    const { texts } = await ask(place.path, '')
    t.same(
      texts.filter(text => text !== 'odd'),
      what === 'ends the process' ? [] : own,
      what,
    )
    t.ok((await ask(place.path, '-')).texts.includes('--list'), `options: ${what}`)
  }
})

t.test('a Taskfile that writes, and leaves something running', async t => {
  const place = createPlace(t)
  place.write(
    'Taskfile.ts',
    `${taskfile}
console.log('out'); console.error('error'); process.stdout.write('out'); process.emitWarning('warned')
await new Promise(done => process.stdout.write('x', done))
setInterval(() => console.log('later'), 1)
setTimeout(() => { throw new Error('late') })`,
  )
  t.same((await ask(place.path, '')).texts, ['build', 'restart', 'stop', ...own])
})

t.test('parameters that are declared wrongly are no parameters', async t => {
  const place = createPlace(t)
  place.write(
    'Taskfile.ts',
    `${importTask}\nexport default { odd: task({ describe: 'x', params: () => { throw new Error('no') }, run() {} }) }`,
  )
  t.same((await ask(place.path, 'odd', '')).texts, [])
  t.ok((await ask(place.path, 'odd', '--')).texts.includes('--force'))
})

t.test('nonsense', async t => {
  const { path } = createPlace(t)
  for (const words of [[], ['tcsh', 'x'], ['bash'], ['zsh'], ['fish']])
    t.match(await finish(['--complete', ...words], { cwd: path }), { code: 0, stderr: '' }, words.join(' '))
})

t.test('a TAB leaves nothing where no run has been, and there it remembers for the next one', async t => {
  const place = createPlace(t)
  place.write('Taskfile.ts', taskfile)
  t.same((await ask(place.path, 'restart', '')).texts, ['web', 'api'])
  t.same(readdirSync(place.path), ['Taskfile.ts'])

  t.match(await finish(['build'], { cwd: place.path }), { code: 0 })
  const first = await loaded(place, 'restart', '')
  t.ok(
    first.some(url => url.includes('/zod/')),
    'nobody has read these declarations before',
  )
  const next = await loaded(place, 'restart', '')
  refuse(t, next)
  refuse(t, await loaded(place, 'stop', '--'), 'those of all tasks were remembered')
  const database = join(place.path, '.artifacts/task/runs.db')
  const { mtimeMs } = statSync(database)
  await ask(place.path, 'restart', '')
  t.equal(statSync(database).mtimeMs, mtimeMs, 'nothing new, nothing written')

  place.write('Taskfile.ts', taskfile.replace("'web'", "'web', 'db'"))
  t.same(
    (await ask(place.path, 'restart', '')).texts,
    ['web', 'db', 'api'],
    'a changed Taskfile counts at once',
  )
  place.write('.artifacts/task/runs.db', 'damaged')
  t.same((await ask(place.path, 'restart', '')).texts, ['web', 'db', 'api'])
  t.equal(readFileSync(database, 'utf8'), 'damaged', 'it is for a run to set it aside')
})

t.test('a TAB loads neither zod nor what runs tasks', async t => {
  const place = createPlace(t)
  place.write('Taskfile.ts', taskfile)
  for (const words of [[''], ['bui'], ['build', ''], ['build', '--'], ['why', ''], ['runs', ''], ['--rep']])
    refuse(t, await loaded(place, ...words), words.join(' '))
  const options = await loaded(place, '--rep')
  t.notOk(
    options.some(url => url.endsWith('Taskfile.ts')),
    'options need no Taskfile',
  )
})

t.test('a mounted Taskfile that changes counts as well', async t => {
  const place = createPlace(t)
  const mounted = (names: string) =>
    `${importTask}\nexport default { pick: task({ describe: 'x', params: z => ({ one: z.enum(${names}).meta({ positional: true }) }), run() {} }) }`
  place.write(
    'Taskfile.ts',
    `import { mount } from ${JSON.stringify(join(root, 'tasks/engine/mount.ts'))}\nexport default { web: mount('./web/Taskfile.ts') }`,
  )
  place.write('web/Taskfile.ts', mounted("['a']"))
  t.match(await finish(['web:pick', 'a'], { cwd: place.path }), { code: 0 })
  t.same((await ask(place.path, 'web:pick', '')).texts, ['a'])
  place.write('web/Taskfile.ts', mounted("['a', 'b']"))
  t.same((await ask(place.path, 'web:pick', '')).texts, ['a', 'b'])
  t.match(await finish(['web:pick', 'b'], { cwd: place.path }), { code: 0 })
})

t.test('a TAB installs nothing, and does with what was installed', async t => {
  const project = createProject(t)
  const answer = () => project.run('--complete', 'bash', ':', 'task sa')
  project.write('package-lock.json', '{}')
  t.match(await answer(), { code: 0, stdout: '=say\n', stderr: '' })
  rmSync(join(project.path, 'node_modules'))
  t.match(await answer(), { code: 0, stdout: '', stderr: '', ran: 'nothing' })
  t.notOk(existsSync(join(project.path, 'node_modules')))
})

const spy = `import { registerHooks } from 'node:module'
import { writeFileSync } from 'node:fs'
const urls = []
registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context) } })
process.on('exit', () => writeFileSync('loaded.json', JSON.stringify(urls)))`

/** The modules that a completion loads, from the sources: the prepared program has them all in one file. */
async function loaded(place: Place, ...words: string[]): Promise<readonly string[]> {
  const running = new Running(
    process.execPath,
    [
      '--import',
      `data:text/javascript,${encodeURIComponent(spy)}`,
      join(root, 'tasks/main.ts'),
      '--complete',
      'fish',
      ...words,
    ],
    { cwd: place.path, env: {} },
  )
  running.child.stdin?.end()
  t.equal(await running.end(), 0)
  const urls: readonly string[] = JSON.parse(readFileSync(join(place.path, 'loaded.json'), 'utf8'))
  t.ok(urls.some(url => url.endsWith('completions-for.ts')))
  return urls
}

const unwanted =
  /\/zod\/|oxc-parser|listr2|child_process|\/tasks\/engine\/(?:running|cache)\/|\/run-plan\.ts|\/workplace\.ts|\/tasks\/reporters\/(?!style\.ts)/

function refuse(t: Pick<Test, 'same'>, urls: readonly string[], what = ''): void {
  t.same(
    urls.filter(url => unwanted.test(url)),
    [],
    what,
  )
}
