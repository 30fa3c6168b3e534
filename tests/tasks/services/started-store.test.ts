import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import {
  asStarted,
  clearStartedStore,
  requireStartedStore,
  writeStartedStore,
} from '../../../tasks/services/started-store.ts'

t.test('the store of the services is known to calls with other settings', async t => {
  const run = mkdtempSync(join(tmpdir(), 'ds-run-'))
  t.teardown(() => rmSync(run, { recursive: true, force: true }))
  const given = { run, storeFile: join(run, 'its own.db') }
  writeFileSync(given.storeFile, '')
  const without = { run, storeFile: '/workspace/metadata.db' }
  t.same(asStarted(without), without, 'nothing was started')
  await writeStartedStore(given)
  t.same(asStarted(without), given)
  t.doesNotThrow(() => requireStartedStore(given))
  t.throws(() => requireStartedStore(without), {
    name: 'UserError',
    message: `the services use the store ${given.storeFile}, but these settings name ${without.storeFile}`,
    fix: /--config/,
  })
  rmSync(given.storeFile)
  t.same(asStarted(without), without, 'its store is gone')
  await clearStartedStore(without)
  t.doesNotThrow(() => requireStartedStore(without))
})
