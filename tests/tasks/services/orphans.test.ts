import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openWorkspace } from '../../../config/workspace.ts'
import { identify, isAlive, type ProcessIdentity } from '../../../lib/processes/identity.ts'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { createInstance } from '../../../services/store/registration.ts'
import { registerInstance } from '../../../services/store/service-instances.ts'
import { openStore } from '../../../services/store/store.ts'
import { prepareStorage } from '../../../tasks/bootstrap/storage.ts'
import { endOrphans } from '../../../tasks/services/orphans.ts'

t.test('orphans are what `up` started and PM2 has lost: nothing else is ended', async t => {
  const root = mkdtempSync(join(tmpdir(), 'ds-orphans-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  await using scope = new ProcessScope({ graceMs: 0 })
  const workspace = openWorkspace(root, {})
  await prepareStorage(workspace)
  const register = async (service: 'api' | 'proxy' | 'runner', change: Partial<ProcessIdentity> = {}) => {
    const identity = identify(scope.spawn('sleep', ['300']).pid ?? 0)
    if (identity === undefined) throw new Error('sleep did not start')
    const instance = createInstance()
    await using store = await openStore(workspace.storeFile)
    await registerInstance(store, {
      id: instance,
      service,
      pid: identity.pid,
      process_started: change.startTime ?? identity.startTime,
      address: '',
      started_at: new Date(0).toISOString(),
    })
    return {
      identity,
      started: { service, app: service, instance, address: '', declaration: '', sources: '' },
    }
  }
  const lost = await register('api')
  const kept = await register('proxy')
  const foreground = await register('runner')
  // The pid of a service that has ended was given to another process.
  const successor = await register('api', { startTime: 'before' })
  const started = [lost, kept, successor].map(one => one.started)

  t.same(await endOrphans(workspace, started, new Set([kept.identity.pid])), [
    `api (pid ${lost.identity.pid})`,
  ])
  t.notOk(isAlive(lost.identity))
  for (const { identity } of [kept, foreground, successor]) t.ok(isAlive(identity))
})
