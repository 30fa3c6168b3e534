import { type ChildProcess, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { cp, mkdir, readFile, symlink } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import t from 'tap'
import { child } from './child.ts'
import { temporary } from './rig.ts'

const root = resolve(import.meta.dirname, '../../..')

t.test('the program runs from anywhere, without a home', async t => {
  const directory = await temporary(t)
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  for (const flag of ['--version', '-V'])
    t.same(await child([flag], { environment: {}, directory }), {
      code: 0,
      stdout: Buffer.from(`${version}\n`),
      stderr: '',
    })
  const help = await child(['--help'], { environment: { FORCE_COLOR: '1' }, directory })
  t.match(help.stdout.toString(), /^Usage: debug-server /)
  t.notMatch(help.stdout.toString(), '\x1b', 'nothing is coloured where there is no terminal')
  const wrong = await child(['frobnicate'], { environment: {}, directory })
  t.equal(wrong.code, 2)
})

t.test('output that cannot be written is a failure', t => {
  const full = openSync('/dev/full', 'w')
  t.teardown(() => closeSync(full))
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'client/cli/bin.mjs'), '--help'], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  })
  t.equal(status, 1)
  t.equal(stderr, 'error: standard output cannot be written: no space is left\n')
  t.end()
})

t.test('it runs through a link, as npm makes one', async t => {
  const link = join(await temporary(t), 'debug-server')
  await symlink(join(root, 'client/cli/bin.mjs'), link)
  const { status, stdout } = spawnSync(link, ['--version'], { encoding: 'utf8' })
  t.equal(status, 0)
  t.match(stdout, /^\d+\.\d+\.\d+\n$/)
})

t.test('without its dependencies it says how to get them', async t => {
  const copy = join(await temporary(t), 'clone')
  await mkdir(join(copy, 'client', 'cli'), { recursive: true })
  await cp(join(root, 'client/cli/bin.mjs'), join(copy, 'client/cli/bin.mjs'))
  for (const name of ['hand-over.mjs', 'compile-cache.mjs'])
    await cp(join(root, 'lib', name), join(copy, 'lib', name))
  const { status, stderr } = spawnSync(process.execPath, [join(copy, 'client/cli/bin.mjs'), 'whoami'], {
    encoding: 'utf8',
  })
  t.equal(status, 1)
  t.match(stderr, /the dependencies of .*clone\/? are not installed\n {2}run "npx task up" there first\n/)
})

t.test(
  'a token that is given as a flag does not stay in the list of processes',
  { skip: process.platform !== 'linux' && 'it reads /proc' },
  async t => {
    const token = 'dst_0123456789abcdef'
    const asked = Promise.withResolvers<string>()
    const server = createServer(() => asked.resolve(readFileSync(`/proc/${running?.pid}/cmdline`, 'utf8')))
    t.teardown(() => server.close().closeAllConnections())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    let running: ChildProcess | undefined
    const ended = child(['whoami', `--token=${token}`, '--base-url', `http://127.0.0.1:${port}`], {
      environment: {},
      directory: await temporary(t),
      started: one => {
        running = one
      },
    })
    const seen = await asked.promise
    t.match(seen, /^debug-server/)
    t.notMatch(seen, token)
    running?.kill()
    await ended
  },
)
