import { appendFileSync, cpSync, existsSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createPlace, importTask, type Place, Running, root, terminalProgram } from '../cli-rig.ts'

/** Writes down which program ran, as a preload. */
const spy = `import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import vm from 'node:vm'
const tell = text => appendFileSync(process.env.RAN, text)
registerHooks({
  load(url, context, next) {
    if (url.endsWith('/tasks/main.ts')) tell('sources ')
    if (url.endsWith('/Taskfile.ts')) appendFileSync(process.env.RAN + '.taskfiles', url + '\\n')
    return next(url, context)
  },
})
vm.Script = class extends vm.Script {
  constructor(text, options) {
    super(text, options)
    if (options.filename.endsWith('/tasks/unchanged.ts.js')) tell('ahead ')
    if (options.filename.endsWith('/tasks/known-commands.ts.js')) tell('commands ')
    if (options.filename.endsWith('/tasks/main.ts.js'))
      tell(this.cachedDataRejected === false ? 'prepared ' : 'prepared, compiled anew ')
  }
}`

export interface Project extends Place {
  readonly main: string
  /** Of the prepared program, its manifest, and all that is beside it. */
  readonly program: string
  readonly manifest: string
  readonly place: string
  start(
    args: readonly string[],
    options?: {
      readonly node?: readonly string[]
      readonly env?: Readonly<Record<string, string>>
      /** Columns and rows. */
      readonly terminal?: readonly [number, number]
    },
  ): Running
  /** Which programs ran since the last time that this was asked. */
  ran(): string
  /** Whether a Taskfile was loaded since the last time that this was asked. */
  loaded(): boolean
  run(...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string; ran: string }>
  edit(name: string, change: (text: string) => string): void
}

/** A copy of the task command line with a Taskfile of its own, so that nothing is prepared in this checkout. */
export function createProject(
  t: { teardown(end: () => void): void },
  taskfile = `export default { say: task({ describe: 'Say it', run: (_, { print }) => print('said\\n') }) }`,
): Project {
  const place = createPlace(t)
  // With its times, for by that of the lock file the launcher knows what is installed.
  for (const name of ['package.json', 'package-lock.json', 'lib', 'tasks'])
    cpSync(join(root, name), join(place.path, name), { recursive: true, preserveTimestamps: true })
  symlinkSync(join(root, 'node_modules'), join(place.path, 'node_modules'))
  const own = importTask.replace(root, place.path)
  place.write('Taskfile.ts', own + taskfile)
  const hook = place.write('spy.mjs', spy)
  const log = join(place.path, 'ran.log')
  const prepared = join(place.path, '.artifacts', 'prepared', `${process.version}-${process.arch}`, 'task')
  const start: Project['start'] = (args, { node = [], env = {}, terminal } = {}) => {
    const command = ['--import', hook, ...node, join(place.path, 'tasks', 'cli.mjs'), ...args]
    const options = { cwd: place.path, env: { RAN: log, NODE_COMPILE_CACHE: undefined, ...env } }
    return terminal === undefined
      ? new Running(process.execPath, command, options)
      : new Running(
          'python3',
          [terminalProgram, ...terminal.map(String), process.execPath, ...command],
          options,
        )
  }
  const ran = () => {
    const text = existsSync(log) ? readFileSync(log, 'utf8').trim() : 'nothing'
    rmSync(log, { force: true })
    return text
  }
  return {
    ...place,
    main: join(place.path, 'tasks', 'main.ts'),
    program: join(prepared, 'tasks', 'main.ts.js'),
    manifest: join(prepared, 'manifest.json'),
    place: prepared,
    start,
    ran,
    loaded: () => {
      const taskfiles = `${log}.taskfiles`
      const loaded = existsSync(taskfiles)
      rmSync(taskfiles, { force: true })
      return loaded
    },
    run: async (...args) => {
      ran()
      const running = start(args)
      const code = await running.end()
      return { code, stdout: running.stdout, stderr: running.stderr, ran: ran() }
    },
    edit: (name, change) => {
      // In one step: whoever reads meanwhile finds the one text or the other.
      const path = join(place.path, name)
      renameSync(place.write(`${name}.edited`, change(readFileSync(path, 'utf8'))), path)
    },
  }
}

/** Makes a file another one, without a change of what it means. */
export function touchSource(path: string): void {
  appendFileSync(path, '\n')
}
