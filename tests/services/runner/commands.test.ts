import t from 'tap'
import { runnerRig } from './rig.ts'

t.test('a first command', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  t.match(repository, { status: 'ready', default_branch: 'main' })
  const session = await rig.session(repository)
  t.match(session, { status: 'running' })
  const row = await rig.run(session, ['cat', 'README.md'])
  t.match(row, { status: 'succeeded', exit_code: 0 })
  t.equal(rig.stdout(row), 'hello\n')
})
