import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t from 'tap'
import { appsSocket, openWorkspace } from '../../../config/workspace.ts'
import { offerCount } from '../../../lib/listener/offer-count.ts'
import { makePrivateDirectory } from '../../../lib/socket-path.ts'
import { createInstance } from '../../../services/store/registration.ts'
import { drainRunner } from '../../../tasks/services/drain-runner.ts'
import { writeRunState } from '../../../tasks/services/run-state.ts'
import { makeStore } from '../../services/store/make-store.ts'

t.test('the proxy that was started last is asked for answers of apps, whatever settings say', async t => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'drain-runner-')))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  const workspace = openWorkspace(root, {})
  await makeStore(workspace.storeFile)
  makePrivateDirectory(dirname(workspace.runnerSocket))
  const logged: string[] = []
  const drain = (drainMs: number) =>
    drainRunner({
      ...{ workspace, drainMs, signal: new AbortController().signal },
      log: line => logged.push(line),
    })
  const nothing = await drain(60_000)
  nothing[Symbol.dispose]()
  t.same(logged, [], 'without one there is nothing to be waited for')

  const instance = createInstance()
  let count = 1
  const fail = (error: Error) => t.fail(error.message)
  await using _offer = await offerCount(() => count, appsSocket(workspace, instance), fail)
  const address = 'http://127.0.0.1:1'
  await writeRunState(workspace, [
    { ...{ service: 'proxy', app: 'proxy', instance, address }, declaration: '', sources: '' },
  ])
  const briefly = await drain(100)
  briefly[Symbol.dispose]()
  t.match(logged.splice(0), [/^waiting up to 0\.1 s for 1 answer of apps/, /^breaks off with the runner/])
  const draining = drain(60_000)
  setTimeout(() => {
    count = 0
  }, 200)
  const drained = await draining
  drained[Symbol.dispose]()
  t.match(logged, [/^waiting up to \d+(\.\d+)? s for 1 answer of apps/])
  t.equal(logged.length, 1)
})
