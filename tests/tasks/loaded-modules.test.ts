import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Running } from './cli-rig.ts'
import { createProject } from './prepare/project.ts'

const preload = `const { writeFileSync } = process.getBuiltinModule('node:fs')
process.on('exit', () => writeFileSync(process.env.LOADED, JSON.stringify(process.moduleLoadList)))`

t.test('a start that starts no command loads neither streams nor sockets', async t => {
  const project = createProject(t)
  t.match(await project.run('say'), { code: 0 })
  t.match(await project.run('say'), { ran: 'prepared' })
  const hook = project.write('preload.cjs', preload)
  const cli = join(project.path, 'tasks', 'cli.mjs')
  const log = join(project.path, 'loaded.json')
  const options = { cwd: project.path, env: { LOADED: log, NODE_COMPILE_CACHE: undefined } }
  const command = ['"$0" -r "$1" "$2" "$3"', process.execPath, hook, cli]
  for (const [word, said] of [
    ['--version', /^task /],
    ['--list', 'Say it'],
    ['say', 'said'],
  ] as const) {
    // The test's own ends are sockets.
    for (const where of ['', ' 2>&1 | cat', ' >out 2>&1; cat out']) {
      const [line = '', ...rest] = command
      const running = new Running('sh', ['-c', line + where, ...rest, word], options)
      t.equal(await running.end(), 0)
      t.match(running.stdout, said)
      const loaded: readonly string[] = JSON.parse(readFileSync(log, 'utf8'))
      t.same(
        loaded.filter(name => /^NativeModule (?:stream|net|tty|child_process)$/.test(name)),
        [],
        `${word}${where}`,
      )
    }
  }
})
