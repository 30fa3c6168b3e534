import t from 'tap'
import { startRig } from '../services/api/rig.ts'
import { at, cli } from './cli/rig.ts'

t.test('one user’s tokens share sessions on the command line, and a disabled user has none', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const as = (token: string) => async (line: string) =>
    await cli(line.split(' '), {
      environment: { ...at(rig.api.url), DEBUG_SERVER_TOKEN: token },
      now: Date.now,
    })
  const admin = as(rig.admin.secret)
  const token = async (line: string) => {
    const made = await admin(`token create ${line} --scopes cli`)
    t.equal(made.code, 0, made.stderr)
    return as(made.stdout.trim())
  }
  t.match((await admin('user create carol')).stdout, /^name +carol\nrole +user\n/)
  const laptop = await token('laptop --user carol')
  const agent = await token('agent --user carol')
  const other = await token('other')
  t.match((await admin('token list')).stdout, /laptop +carol +valid/)
  const created = await laptop('session create --repository demo --no-wait --json')
  const { id } = JSON.parse(created.stdout)
  t.match((await agent('session get @last')).stdout, id)
  t.match(await other(`session get ${id}`), { code: 4, stderr: /no session/ })
  t.equal((await other('session list')).stdout, 'no sessions\n')
  t.match((await agent('session list')).stdout, /^ID +STATUS +REPOSITORY/)
  await other('session create --repository demo --no-wait')
  t.match((await admin('session list')).stdout, /OWNER[\s\S]* other +demo[\s\S]* carol +demo/)
  t.match((await agent('whoami')).stdout, /^user +carol \(user\)\ntoken +agent\n/)
  t.match((await admin('user disable carol')).stdout, /disabled +/)
  t.match(await agent('session list'), { code: 3, stderr: /not valid/ })
  t.match((await admin('token list')).stdout, /laptop +carol +disabled/)
  t.match((await admin('user list')).stdout, /bob +user .* -\n.* carol +user .* (?:now|ago)\n/)
  t.match(await admin('user disable root'), { code: 1, stderr: /last who may administer/ })
  t.match((await admin('user enable CAROL')).stdout, /^name +carol\n/)
  t.match((await agent('session list')).stdout, id)
  t.match((await admin('audit --actor root --limit 1')).stdout, /root +root +users\.enable +usr_/)
})
