import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { makeRepository } from '../../../../services/runner/git/session-repository.ts'
import { git, runnerRig } from '../rig.ts'

t.test(
  'a checkout that a successor has moved away meanwhile gets no repository, in either place',
  async t => {
    const rig = await runnerRig(t)
    const repository = await rig.repository()
    const [pooled, moved] = [join(rig.root, 'pooled'), join(rig.root, 'moved')]
    const [checkout, index] = [join(pooled, 'attempt-1'), join(pooled, 'index')]
    mkdirSync(checkout, { recursive: true })
    writeFileSync(index, '')
    const made = makeRepository({
      ...{ folder: join(checkout, '.git'), index, mirror: rig.files.mirror(repository.id), refs: '' },
      ...{
        commit: git(repository.directory, 'rev-parse', 'HEAD'),
        url: repository.url,
        defaultBranch: 'main',
      },
    })
    // What is under way by now is done in one of the two places, the rest in none.
    renameSync(checkout, moved)
    await t.rejects(made, { code: 'ENOENT' })
    t.notOk(existsSync(join(moved, '.git', 'HEAD')), 'nothing that is a repository')
    t.same(readdirSync(pooled), ['index'])
  },
)
