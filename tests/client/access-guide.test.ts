import { readFile } from 'node:fs/promises'
import t from 'tap'
import { scopes } from '../../services/contract/scopes.ts'
import { userRoles } from '../../services/contract/user-role.ts'
import { startRig } from '../services/api/rig.ts'
import { at, cli } from './cli/rig.ts'
import { blocksOf } from './guide.ts'

const guide = await readFile(new URL('../../docs/access.md', import.meta.url), 'utf8')

t.test('the commands of the guide make the users and tokens that it tells of', async t => {
  const rig = await startRig(t)
  const environment = { ...at(rig.api.url), DEBUG_SERVER_TOKEN: rig.admin.secret }
  for (const line of blocksOf(guide, 'sh').join('').trim().split('\n')) {
    const [npx, program, ...words] = line.split(' ')
    t.same([npx, program], ['npx', 'debug-server'])
    t.match(await cli(words, { environment, now: Date.now }), { code: 0 }, line)
  }
  const { items: tokens } = await rig.call('tokens.list', {}, rig.admin)
  const made = tokens.map(({ name, user }) => `${name} of ${user}`)
  for (const one of ['laptop of maria', 'agent of maria', 'ci of nightly']) t.ok(made.includes(one), one)
  t.match(await rig.call('users.get', { user: 'maria' }, rig.admin), { role: 'user', disabled_at: null })
  const { items: told } = await rig.call('audit.list', { limit: 4 }, rig.admin)
  t.same(
    told.map(({ operation }) => operation),
    ['invites.create', 'users.update', 'users.enable', 'users.disable'],
  )
})

t.test('the guide tells of every role and every scope', t => {
  for (const word of [...userRoles, ...scopes]) t.match(guide, `\`${word}\``)
  t.end()
})
