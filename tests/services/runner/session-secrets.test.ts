import t from 'tap'
import { secretsOf } from '../../../services/store/session-secrets.ts'
import { removeSession } from '../../../services/store/session-transitions.ts'
import { createSession } from '../../../services/store/sessions.ts'
import { runnerRig } from './rig.ts'

t.test(
  'commands of a session have its secrets in their environment, and those of others have not',
  async t => {
    const rig = await runnerRig(t)
    const repository = await rig.repository()
    const id = await createSession(rig.store, {
      repository: repository.id,
      owner: rig.owner,
      revision: null,
      patch_sha256: null,
      commands: [],
      offline: false,
      secrets: { PASSPHRASE: 'correct horse', OTHER: 'another one' },
      ttl: 0,
      idle_timeout: 0,
      most: 100,
      now: rig.now(),
    })
    if (id === undefined) throw new Error('there is room')
    rig.wake()
    const session = await rig.settled(id)
    const line = 'echo "$PASSPHRASE/$OTHER"'
    t.equal(rig.stdout(await rig.run(session, line)), 'correct horse/another one\n')
    const own = await rig.run(session, line, { environment: { OTHER: 'mine' } })
    t.equal(rig.stdout(own), 'correct horse/mine\n', 'what a command was given itself goes first')
    t.equal(rig.stdout(await rig.run(await rig.session(repository), line)), '/\n')
    await removeSession(rig.store, id)
    t.same(await secretsOf(rig.store, id), {}, 'they go with their session')
  },
)
