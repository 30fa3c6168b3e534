import t from 'tap'
import { startRig } from '../../services/api/rig.ts'
import { cli } from './rig.ts'

t.test('an update can be for one version alone', async t => {
  const rig = await startRig(t)
  const environment = { DEBUG_SERVER_URL: rig.api.url, DEBUG_SERVER_TOKEN: rig.admin.secret }
  const run = (...args: string[]) => cli(args, { environment, now: Date.now })
  await run('user', 'create', 'maria')
  const { stdout } = await run('user', 'show', 'maria')
  const version = /\nversion +(\S+)\n$/.exec(stdout)?.[1] ?? ''
  t.equal(JSON.parse((await run('user', 'show', 'maria', '--json')).stdout).version, version)
  const update = (name: string, ifMatch: string) =>
    run('user', 'update', 'maria', '--display-name', name, '--if-match', ifMatch)
  const updated = await update('Maria', version)
  t.match(updated, { code: 0, stdout: /called +Maria\n[\s\S]*\nversion +\S+\n$/ })
  const late = await update('Someone', version)
  t.match(late, { code: 1, stderr: /it is at version/ })
  const next = /\nversion +(\S+)\n$/.exec(updated.stdout)?.[1] ?? ''
  t.not(next, version)
  t.match(await update('With quotes', `"${next}"`), { code: 0 })
  t.match(await update('Any', '*'), { code: 0 })
  t.match(await run('me', 'update', '--display-name', 'Me', '--if-match', 'none'), { code: 1 })
  const [{ version: own }] = [JSON.parse((await run('me', 'show', '--json')).stdout)]
  t.match(await run('me', 'update', '--display-name', 'Me', '--if-match', own), { code: 0 })
  for (const text of ['版本', 'a b', 'a"b', '', '"a"\r\nX: y'])
    t.match(await update('Bad', text), { code: 2, stderr: /--if-match ".*": expected a version/ }, text)
})
