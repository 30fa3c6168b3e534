import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Running, root, terminalProgram } from './cli-rig.ts'
import { createProject, type Project } from './prepare/project.ts'

const preload = `const { writeFileSync } = process.getBuiltinModule('node:fs')
process.on('exit', () => writeFileSync(process.env.LOADED, JSON.stringify(process.moduleLoadList)))`

/** What is installed is looked at anew where another checkout, with a lock file of another time, has done so. */
function ownInstallation(project: Project): void {
  const modules = join(project.path, 'node_modules')
  unlinkSync(modules)
  mkdirSync(modules)
  for (const name of readdirSync(join(root, 'node_modules')))
    if (name !== '.task-install.json') symlinkSync(join(root, 'node_modules', name), join(modules, name))
  const { size, mtimeMs } = statSync(join(project.path, 'package-lock.json'))
  project.write('node_modules/.task-install.json', JSON.stringify({ size, mtimeMs }))
}

t.test('a start that starts no command loads neither streams nor sockets', async t => {
  const project = createProject(t)
  ownInstallation(project)
  t.match(await project.run('say'), { code: 0 })
  t.match(await project.run('say'), { ran: 'prepared' })
  const hook = project.write('preload.cjs', preload)
  const cli = join(project.path, 'tasks', 'cli.mjs')
  const log = join(project.path, 'loaded.json')
  const options = { cwd: project.path, env: { LOADED: log, NODE_COMPILE_CACHE: undefined } }
  const loaded = () => {
    const names: readonly string[] = JSON.parse(readFileSync(log, 'utf8'))
    return names.filter(name => /^NativeModule (?:stream|net|tty|child_process)$/.test(name))
  }
  const command = [process.execPath, '-r', hook, cli]
  for (const [word, said] of [
    ['--version', /^task /],
    ['--list', 'Say it'],
    ['say', 'said'],
  ] as const) {
    // The test's own ends are sockets.
    for (const where of ['', ' 2>&1 | cat', ' >out 2>&1; cat out']) {
      const running = new Running('sh', ['-c', `"$0" "$@"${where}`, ...command, word], options)
      t.equal(await running.end(), 0)
      t.match(running.stdout, said)
      t.same(loaded(), [], `${word}${where}`)
    }
    // A tree is drawn by what needs them.
    if (word === 'say' || process.platform !== 'linux') continue
    const running = new Running('python3', [terminalProgram, '80', '24', ...command, word], options)
    t.equal(await running.end(), 0)
    t.match(running.stdout, said)
    t.same(loaded(), [], `${word} in a terminal`)
  }
})
