import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import t from 'tap'
import { readMcp } from '../../../../config/mcp/read.ts'
import { until } from '../../../until.ts'
import { startRig, weather } from './rig.ts'

t.setTimeout(120_000)

const program = resolve(import.meta.dirname, 'install-once.ts')

t.test('whoever is killed while installing leaves nothing that is in the way', async t => {
  const { root, npm, manage, packagesThere } = await startRig(t)
  const child = spawn(process.execPath, [program, root, JSON.stringify(weather('1.0.0'))], {
    env: npm.environment,
    detached: true,
    stdio: 'ignore',
  })
  await until('npm is at work', async () => (await packagesThere()).some(name => name.startsWith('.new-')))
  if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
  await once(child, 'exit')
  const read = readMcp(root)
  t.ok(read.ok && Object.keys(read.settings.servers).length === 0)
  t.match(await manage('install_server', { descriptor: weather('1.0.0') }), { status: 'ok' })
  t.match(await manage('run_reconciler'), { status: 'ok' })
  t.same(await packagesThere(), ['@example+weather@1.0.0'])
})

t.test('two at once: both are installed, one after the other', async t => {
  const { manage, packagesThere, overlay } = await startRig(t)
  const both = await Promise.all(
    ['one', 'two'].map(target_name =>
      manage('install_server', { descriptor: weather('1.0.0'), target_name }),
    ),
  )
  t.same(
    both.map(({ status }) => status),
    ['ok', 'ok'],
  )
  t.match(await overlay(), /servers\.one[\s\S]*servers\.two|servers\.two[\s\S]*servers\.one/)
  t.same(await packagesThere(), ['@example+weather@1.0.0'])
})
