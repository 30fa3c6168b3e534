import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createPlace, importTask, type Place, Running, root } from '../cli-rig.ts'

/** Writes down which program ran, as a preload. */
const spy = `import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
registerHooks({
  load(url, context, next) {
    if (url.endsWith('/tasks/main.ts')) appendFileSync(process.env.RAN, 'sources ')
    if (url.endsWith('/tasks/main.ts.mjs')) appendFileSync(process.env.RAN, 'prepared ')
    return next(url, context)
  },
})`

export interface Project extends Place {
  readonly main: string
  /** Of the prepared program and its manifest. */
  readonly program: string
  readonly manifest: string
  start(args: readonly string[], options?: { readonly node?: readonly string[] }): Running
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
  const prepared = join(place.path, '.artifacts', 'prepared')
  const start: Project['start'] = (args, { node = [] } = {}) =>
    new Running(
      process.execPath,
      ['--import', hook, ...node, join(place.path, 'tasks', 'cli.mjs'), ...args],
      { cwd: place.path, env: { RAN: log, NODE_COMPILE_CACHE: undefined } },
    )
  return {
    ...place,
    main: join(place.path, 'tasks', 'main.ts'),
    program: join(prepared, 'tasks', 'main.ts.mjs'),
    manifest: join(prepared, 'manifest.json'),
    start,
    run: async (...args) => {
      rmSync(log, { force: true })
      const running = start(args)
      const code = await running.end()
      const ran = existsSync(log) ? readFileSync(log, 'utf8').trim() : 'nothing'
      return { code, stdout: running.stdout, stderr: running.stderr, ran }
    },
    edit: (name, change) => {
      place.write(name, change(readFileSync(join(place.path, name), 'utf8')))
    },
  }
}

/** Makes a file another one, without a change of what it means. */
export function touchSource(path: string): void {
  appendFileSync(path, '\n')
}
