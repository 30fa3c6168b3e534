import { spawnSync } from 'node:child_process'
import t from 'tap'

/** What a program that uses scopes has loaded of Node, of these. */
function loaded(uses: string): unknown {
  const url = (path: string) => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href)
  const text = `
    import { ProcessScope } from ${url('lib/processes/process-scope.ts')}
    import { Sentinel } from ${url('lib/processes/sentinel.ts')}
    import ${url('tasks/engine/exec.ts')}
    const sentinel = new Sentinel()
    const scope = new ProcessScope({ sentinel, within: new ProcessScope() })
    ${uses}
    await scope.end()
    await sentinel[Symbol.asyncDispose]()
    const names = ['crypto', 'net', 'child_process', 'timers/promises']
    const found = names.filter(name => process.moduleLoadList.includes('NativeModule ' + name))
    console.log(JSON.stringify(found))
  `
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', text], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (stderr !== '') throw new Error(stderr)
  return JSON.parse(stdout)
}

// These take milliseconds each, which a run that starts nothing should not pay.
t.same(loaded(''), [], 'a scope that starts nothing')
t.notOk(
  `${loaded("scope.spawn('true', [], { stdio: 'ignore' })")}`.includes('crypto'),
  'one that starts a command',
)
