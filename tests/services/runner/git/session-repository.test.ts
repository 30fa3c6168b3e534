import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { sessionId } from '../../../../services/contract/ids.ts'
import { Git, type GitCall } from '../../../../services/runner/git/git.ts'
import { heldBySession, makeRepository } from '../../../../services/runner/git/session-repository.ts'
import { git, runnerRig } from '../rig.ts'

/** Of a runner that is stopped when git has ended, and goes on when a successor has moved the checkout. */
class StoppedGit extends Git {
  readonly #meanwhile: () => void

  constructor(meanwhile: () => void) {
    super({ path: process.env.PATH ?? '', inherit: {}, configuration: [] })
    this.#meanwhile = meanwhile
  }

  override async run(args: readonly string[], call?: GitCall) {
    const outcome = await super.run(args, call)
    if (args.includes('for-each-ref')) this.#meanwhile()
    return outcome
  }
}

t.test(
  'a checkout that a successor has moved away meanwhile gets no repository, in either place',
  async t => {
    const rig = await runnerRig(t)
    const repository = await rig.repository()
    const [pooled, moved] = [join(rig.root, 'pooled'), join(rig.root, 'moved')]
    const [checkout, index] = [join(pooled, 'attempt-1'), join(pooled, 'index')]
    mkdirSync(checkout, { recursive: true })
    writeFileSync(index, '')
    await using stopped = new StoppedGit(() => renameSync(checkout, moved))
    const wanted = {
      ...{ hold: heldBySession(sessionId.create()), mirror: rig.files.mirror(repository.id), index },
      folder: join(checkout, '.git'),
      ...{
        commit: git(repository.directory, 'rev-parse', 'HEAD'),
        url: repository.url,
        defaultBranch: 'main',
      },
    }
    await t.rejects(makeRepository(stopped, wanted, new AbortController().signal), { code: 'ENOENT' })
    t.same(readdirSync(moved), [])
    t.same(readdirSync(pooled), ['index'])
  },
)
