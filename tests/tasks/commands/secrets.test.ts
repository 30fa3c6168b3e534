import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { importTask } from '../cli-rig.ts'
import { Project } from './rig.ts'

const secret = 'pass-"word"-é'

t.test('a secret is on no screen and in no file, whatever a task does with it', async t => {
  const project = new Project(
    t,
    `${importTask}
const secrets = ['TOKEN']
const token = process.env.TOKEN ?? ''
const says = task({
  describe: 'x', secrets,
  run: (_, { log, print, progress }) => { log('log ' + token); print('print ' + token + '\\n'); progress('at ' + token); return token },
})
const spawns = task({ describe: 'x', secrets, run: ['sh', '-c', 'echo "$TOKEN"; echo "$TOKEN" >&2'] })
const command = task({ describe: 'x', secrets, inputs: [], run: ['echo', token] })
const kept = task({ describe: 'x', secrets, inputs: [], params: z => ({ word: z.string().default('') }), run: () => ({ nested: [token] }) })
const fails = task({ describe: 'x', secrets, needs: { says, spawns, command, kept }, run: () => { throw new Error('bad ' + token) } })
const stray = task({
  describe: 'x', secrets,
  run: (_, { signal }) => {
    void Promise.reject(new Error('bad ' + token))
    return new Promise(resolve => signal.addEventListener('abort', resolve))
  },
})
const wants = task({ describe: 'x', secrets, tools: { [import.meta.dirname + '/tells']: '>=1' }, run: ['true'] })
const looks = task({ describe: 'x', secrets, inputs: () => { throw new Error('no ' + token) }, look: () => 'at ' + token, run: ['true'] })
export default { fails, kept, stray, wants, looks }
`,
  )
  project.write('tells', '#!/bin/sh\necho "no, $TOKEN"; exit 3\n')
  chmodSync(join(project.path, 'tells'), 0o755)
  const env = { TOKEN: secret }
  const hidesIt = (text: string) => {
    for (const form of [secret, JSON.stringify(secret).slice(1, -1)]) t.notOk(text.includes(form), form)
  }
  for (const reporter of ['json', 'plain']) {
    const { code, stdout, stderr } = await project.task(
      ['--reporter', reporter, 'fails', 'kept', '--word', secret],
      { env },
    )
    t.equal(code, 1)
    t.match(stdout, /print \*\*\*/)
    t.match(stdout + stderr, /bad \*\*\*/)
    hidesIt(stdout + stderr)
    const stray = await project.task(['--reporter', reporter, 'stray'], { env })
    t.match(stray, { code: 1, stderr: /thrown outside of any task:\nError: bad \*\*\*\n/ })
    hidesIt(stray.stdout + stray.stderr)
  }
  for (const words of [
    ['--plan', 'looks'],
    ['why', 'looks'],
    ['why', 'looks', '--json'],
  ]) {
    const told = await project.task(words, { env })
    t.match(told, { code: 0, stdout: '***' }, words.join(' '))
    hidesIt(told.stdout + told.stderr)
  }
  const wants = await project.task(['wants'], { env })
  t.match(wants, { code: 1, stderr: /exited with code 3: no, \*\*\*/ })
  hidesIt(wants.stdout + wants.stderr)
  const files = readdirSync(join(project.path, '.artifacts'), { recursive: true, encoding: 'utf8' })
    .map(name => join(project.path, '.artifacts', name))
    .filter(path => statSync(path).isFile())
  t.ok(files.some(path => path.endsWith('.log')))
  for (const path of files)
    for (const text of [secret, JSON.stringify(secret).slice(1, -1)])
      t.notOk(readFileSync(path).includes(text), path)
  const runs = await project.task(['runs', '--json'])
  t.match(runs.stdout, /\*\*\*/)
})
