import t from 'tap'
import { groups, words } from '../../../client/cli/words.ts'
import { contract } from '../../../services/contract/contract.ts'
import { cli } from './rig.ts'

t.test('the top level tells every group, the settings and the exit codes', async t => {
  const { code, stdout, stderr } = await cli(['--help'])
  t.equal(code, 0)
  t.equal(stderr, '')
  for (const group of [...Object.keys(groups), 'configure', 'whoami'])
    t.match(stdout, new RegExp(`^  ${group} `, 'm'))
  for (const text of ['DEBUG_SERVER_URL', 'DEBUG_SERVER_TOKEN', 'Exit codes:', 'NO_COLOR', '@last'])
    t.match(stdout, text)
})

t.test('every command has help with its summary and an example', async t => {
  for (const [name, { path, alias }] of Object.entries(words))
    for (const one of [path, alias ?? path]) {
      const { code, stdout } = await cli([...one, '--help'])
      t.equal(code, 0, one.join(' '))
      t.match(stdout.replaceAll(/\s+/g, ' '), contract[name as keyof typeof words].summary)
      t.match(stdout, `Examples:\n  debug-server ${path.join(' ')}`)
    }
  for (const one of [
    ['configure'],
    ['config', 'show'],
    ['config', 'path'],
    ['config', 'init'],
    ['config', 'reset'],
    ...Object.keys(groups).map(name => [name]),
  ])
    t.match((await cli([...one, '--help'])).stdout, /Examples:\n {2}debug-server /, one.join(' '))
})

t.test('help X is X --help, and a group alone shows its help as a mistake', async t => {
  t.same(await cli(['help', 'session', 'create']), await cli(['session', 'create', '--help']))
  const alone = await cli(['session'])
  t.equal(alone.code, 2)
  t.equal(alone.stdout, '')
  t.match(alone.stderr, /create \[options\]/)
  t.equal((await cli([])).code, 2)
})

t.test('flags tell what the contract says of their fields', async t => {
  const { stdout } = await cli(['session', 'list', '--help'])
  t.match(stdout, /--status <STATUS> +only those in this state \(pending, starting,/)
  t.match(stdout, /--limit <N> +how many at the most \(default: 50\)/)
  const create = (await cli(['session', 'create', '--help'])).stdout
  t.match(create, /--repository <NAME> +the repository's name \(required\)/)
  t.match(create, /--command <LINE>[^-]*may be repeated/s)
})
