import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { readMcp } from '../../../../config/mcp/read.ts'
import { until } from '../../../until.ts'
import { startRig, weather } from './rig.ts'

t.setTimeout(120_000)

const program = resolve(import.meta.dirname, 'install-once.ts')

/** The processes that work in a directory, or below it. */
const workingIn = (directory: string): string[] =>
  readdirSync('/proc').filter(pid => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`).startsWith(directory)
    } catch {
      return false
    }
  })

const whole = '@example+weather@1.0.0'
const moments: readonly [when: string, isNow: (names: readonly string[]) => boolean][] = [
  ['npm is at work', names => names.some(name => name.startsWith('.new-'))],
  ['the package has its name', names => names.includes(whole)],
]

for (const [when, isNow] of moments)
  t.test(`whoever is killed when ${when} leaves nothing that is in the way`, async t => {
    const { root, npm, manage, packagesThere } = await startRig(t)
    const child = spawn(process.execPath, [program, root, JSON.stringify(weather('1.0.0'))], {
      env: npm.environment,
      detached: true,
      stdio: 'ignore',
    })
    await until(when, async () => isNow(await packagesThere()))
    if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL')
    await once(child, 'exit')
    await until('npm has ended with it', () => workingIn(root).length === 0)
    const read = readMcp(root)
    t.ok(read.ok)
    const isDeclared = read.ok && Object.hasOwn(read.settings.servers, 'weather')
    if (isDeclared) t.ok((await packagesThere()).includes(whole), 'what is declared is there')
    t.match(await manage('run_reconciler'), { status: 'ok' })
    t.equal((await packagesThere()).join(), isDeclared ? whole : '')
    t.match(await manage('install_server', { descriptor: weather('1.0.0') }), { status: 'ok' })
    t.same(await packagesThere(), [whole])
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
