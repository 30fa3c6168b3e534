import { readdirSync, readFileSync, statSync } from 'node:fs'
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
export default { fails, kept }
`,
  )
  const env = { TOKEN: secret }
  for (const reporter of ['json', 'plain']) {
    const { code, stdout, stderr } = await project.task(
      ['--reporter', reporter, 'fails', 'kept', '--word', secret],
      { env },
    )
    t.equal(code, 1)
    t.match(stdout, /print \*\*\*/)
    t.match(stdout + stderr, /bad \*\*\*/)
    for (const text of [secret, JSON.stringify(secret).slice(1, -1)])
      t.notOk((stdout + stderr).includes(text), text)
  }
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
