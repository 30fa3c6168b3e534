import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openWorkspace } from '../../../config/workspace.ts'
import { createInstance } from '../../../services/store/registration.ts'
import type { Pm2 } from '../../../tasks/services/pm2-client.ts'
import type { App } from '../../../tasks/services/pm2-messages.ts'
import { replaceService, startAnew } from '../../../tasks/services/replace-service.ts'
import { readRunState, writeRunState } from '../../../tasks/services/run-state.ts'
import type { StartedService } from '../../../tasks/services/service.ts'
import { listen } from '../../services/proxy/rig.ts'
import { oneThatLeaves } from './one-that-leaves.ts'

t.test('who does not want to wait for one that leaves has it ended, and its successor serves', async t => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'replaced-')))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  const workspace = openWorkspace(root, {})
  let instance: string = createInstance()
  const server = createServer((_, response) =>
    response.end(JSON.stringify({ status: 'ok', service: 'api', instance })),
  )
  const address = `http://127.0.0.1:${await listen(server)}`
  t.teardown(() => server.close())
  const known: StartedService = {
    ...{ service: 'api', app: 'api', instance, address, declaration: 'before', sources: 'before' },
  }
  await writeRunState(workspace, [known])
  // A program under the name that PM2 knows it by, and which of them there are.
  const apps = new Set(['api'])
  const pm2: Pm2 = {
    start: async ({ name, env }: App) => {
      apps.add(name)
      instance = env.DEBUG_SERVER_INSTANCE ?? ''
    },
    stop: async () => {},
    delete: async name => void apps.delete(name),
    list: async () => [],
    endDaemon: async () => {},
    async [Symbol.asyncDispose]() {},
  }
  const given = new AbortController()
  await oneThatLeaves(t, workspace, known.instance, by => by.write('1\n'))
  const replaced = replaceService(known, {
    ...{ workspace, pm2, environment: { PATH: process.env.PATH ?? '' }, ports: { api: 1, proxy: 1 } },
    ...{ tls: false, declaration: 'now', sources: 'now', deadline: 20_000, drainMs: 60_000 },
    signal: given.signal,
    log: line => {
      t.match(line, /waiting up to 90 s for 1 request/)
      t.same([...apps].sort(), ['api', 'api-2'])
      given.abort(new Error('given up'))
    },
  })
  await t.rejects(replaced, { message: 'given up' })
  t.same([...apps], ['api-2'])
  const { services, passing } = readRunState(workspace)
  t.match(services, [{ app: 'api-2', instance, sources: 'now' }])
  t.same(passing, [])
})

t.test('one that was ended to be started anew is started, whatever was told meanwhile', async t => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'anew-')))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  const workspace = openWorkspace(root, {})
  const known: StartedService = {
    ...{ service: 'runner', app: 'runner', instance: createInstance(), address: 'http://127.0.0.1:1' },
    ...{ declaration: 'before', sources: 'before' },
  }
  await writeRunState(workspace, [known])
  const given = new AbortController()
  const done: string[] = []
  const pm2: Pm2 = {
    start: async ({ name }) => void done.push(`start ${name}`),
    stop: async () => {},
    delete: async name => {
      done.push(`delete ${name}`)
      given.abort(new Error('given up'))
    },
    list: async () => [
      { name: 'runner', pid: 0, status: 'online', restarts: 0, started: null, memory: null },
    ],
    endDaemon: async () => {},
    async [Symbol.asyncDispose]() {},
  }
  const replacing = {
    ...{ workspace, pm2, environment: {}, ports: { api: 1, proxy: 1 }, tls: false },
    ...{ declaration: 'now', sources: 'now', deadline: 20_000, signal: given.signal },
  }
  await t.rejects(startAnew(known, replacing), { message: 'given up' })
  t.same(done, ['delete runner', 'start runner'])
  await t.rejects(startAnew(known, replacing), { message: 'given up' })
  t.equal(done.length, 2, 'and told before, it ends nothing')
})
