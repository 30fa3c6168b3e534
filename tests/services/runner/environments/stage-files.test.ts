import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { environmentId, sessionId } from '../../../../services/contract/ids.ts'
import { stageFiles, unstageFiles } from '../../../../services/runner/environments/stage-files.ts'
import { dataFiles } from '../../../../services/store/files.ts'

t.test('an environment is made anew for each attempt to build it, and once for one', async t => {
  const files = dataFiles(t.testdir())
  const [session, id] = [sessionId.create(), environmentId.create()]
  let held = true
  const lease = {
    require() {
      if (!held) throw new Error('the lease is not held')
    },
  }
  const context = { files, lease } as unknown as Parameters<typeof unstageFiles>[0]
  await stageFiles(files.stage(session, id), [
    { path: 'package.json', bytes: Buffer.from('{}') },
    { path: 'app/package.json', bytes: Buffer.from('{ }') },
  ])
  const project = await unstageFiles(context, session, id, 1)
  t.equal(readFileSync(join(project, 'app', 'package.json'), 'utf8'), '{ }')

  // A wrapper that an earlier runner started for this attempt builds there already.
  writeFileSync(join(project, 'built'), '')
  t.equal(await unstageFiles(context, session, id, 1), project)
  t.ok(existsSync(join(project, 'built')), 'nothing is taken from under it')

  held = false
  await t.rejects(unstageFiles(context, session, id, 2), { message: /not held/ })
  t.ok(existsSync(join(project, 'built')), 'nor by a runner that may not')
  held = true
  t.equal(await unstageFiles(context, session, id, 2), project)
  t.notOk(existsSync(join(project, 'built')), 'what another attempt has left is no part of it')
  t.ok(existsSync(join(project, 'package.json')))
})
