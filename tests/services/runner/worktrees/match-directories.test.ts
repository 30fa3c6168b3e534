import { pino } from 'pino'
import t from 'tap'
import { systemClock } from '../../../../lib/clock.ts'
import { runnerToken } from '../../../../services/contract/ids.ts'
import { matchDirectories } from '../../../../services/runner/worktrees/match-directories.ts'
import type { Store } from '../../../../services/store/store.ts'
import { worktreeOf } from '../../../../services/store/worktrees.ts'
import { runnerRig } from '../rig.ts'
import { giveBack } from './pool-rig.ts'

t.test('a worktree that a session takes after it was looked at is left to it', async t => {
  const rig = await runnerRig(t)
  const { files } = rig
  const repository = await rig.repository()
  await giveBack(rig, (await rig.session(repository)).id)
  const taking = { session: undefined as Awaited<ReturnType<typeof rig.session>> | undefined }
  const store: Store = {
    ...rig.store,
    write: work => rig.store.write(work),
    async read(work) {
      const rows = await rig.store.read(work)
      taking.session ??= await rig.session(repository)
      return rows
    },
  }
  const lease = { token: runnerToken.parse(1_000), held: () => true, require: () => {}, doubt: () => {} }
  const context = { store, files, lease, clock: systemClock, log: pino({ level: 'silent' }) }
  await matchDirectories(context, new AbortController().signal)
  const { session } = taking
  if (session === undefined) throw new Error('nothing was read')
  t.match(session, { status: 'running' })
  t.match(await worktreeOf(rig.store, session.id), { status: 'leased' })
})
