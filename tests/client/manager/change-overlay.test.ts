import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import {
  type ChangeOptions,
  changeOverlay,
  type Overlay,
  readOverlay,
} from '../../../client/manager/change-overlay.ts'
import { overlayName, readMcp } from '../../../config/mcp/read.ts'
import { makeRoot } from './rig.ts'

const adding =
  (servers: Overlay['servers']): ChangeOptions['change'] =>
  before => ({ ...before, servers: { ...before.servers, ...servers } })

t.test('a change is written, counts for the gateway, and done again changes nothing', async t => {
  const { root, overlay } = await makeRoot(t)
  const change = adding({ notes: { command: 'notes', args: ['--all'], env: { TOKEN: 'secret-1' } } })
  const planned = await changeOverlay(root, { change, dryRun: true })
  t.match(planned.file, { path: overlayName, changed: true, dry_run: true })
  t.match(planned.file.diff, /^--- \/dev\/null\n\+\+\+ b\/\.artifacts\/mcp\/servers\.toml\n/)
  t.match(planned.file.diff, '+args = ["--all"]')
  t.notMatch(planned.file.diff, 'secret-1', 'secrets are masked')
  await t.rejects(overlay(), 'a dry run makes no file')
  const done = await changeOverlay(root, { change })
  t.same({ ...done.file, dry_run: true }, planned.file, 'and tells what is done')
  t.equal((await stat(join(root, overlayName))).mode & 0o777, 0o600)
  const read = readMcp(root)
  t.match(read, {
    ok: true,
    settings: { servers: { notes: { args: ['--all'], env: { TOKEN: 'secret-1' } } } },
  })
  const again = await changeOverlay(root, { change })
  t.same(again.file, { path: overlayName, changed: false, dry_run: false, diff: '' })
  t.same(readOverlay(root).servers.notes, { command: 'notes', args: ['--all'], env: { TOKEN: 'secret-1' } })
  t.same(await readdir(join(root, '.artifacts/mcp')), ['servers.toml', 'servers.toml.lock'])
})

t.test('what somebody else wrote beside the block stays, byte for byte', async t => {
  const own = '\ufeff# mine\r\n[servers.mine]\r\ncommand = "x" # as it is\r\nenv = { KEY = "secret-2" }'
  const { root, put, overlay } = await makeRoot(t, { [overlayName]: own })
  await chmod(join(root, overlayName), 0o640)
  const added = await changeOverlay(root, { change: adding({ notes: { command: 'notes' } }) })
  t.notMatch(added.file.diff, 'secret-2')
  t.match(await overlay(), own)
  t.equal((await stat(join(root, overlayName))).mode & 0o777, 0o640)
  await put(overlayName, `${await overlay()}\n[servers.behind]\ncommand = "y"\n`)
  await changeOverlay(root, { change: before => ({ ...before, servers: {} }) })
  const left = await overlay()
  t.ok(left.startsWith(own))
  t.ok(left.endsWith('\n[servers.behind]\ncommand = "y"\n'))
  t.notMatch(left, 'notes')
})

const refused: readonly [
  what: string,
  files: Record<string, string>,
  servers: Overlay['servers'],
  told: RegExp,
][] = [
  ['an unknown key', {}, { a: { comand: 'x' } }, /unknown key servers\.a\.comand; did you mean command\?/],
  [
    'a name that is none',
    {},
    { 'A B': { command: 'x' } },
    /the name "A B": expected a name of small letters/,
  ],
  [
    'what contradicts itself',
    {},
    { a: { command: 'x', url: 'http://a' } },
    /servers\.a has command and url: give one/,
  ],
  [
    'what a person has declared',
    { 'config/mcp.local.toml': '[servers.a]\ncommand = "mine"' },
    { a: { command: 'x' } },
    /servers\.a is there already, in config\/mcp\.local\.toml:1/,
  ],
  [
    'more than is read again',
    {},
    { a: { command: 'x', args: ['x'.repeat(1_000_000)] } },
    /would have 1000\d{3} bytes; a configuration file has at most 1000000/,
  ],
  [
    'what stands outside of the block',
    { [overlayName]: '[servers.a]\ncommand = "mine"\n' },
    { a: { command: 'x' } },
    /servers\.a is there a second time/,
  ],
  [
    'a text that is no TOML',
    { [overlayName]: '[servers.\n' },
    { a: { command: 'x' } },
    /cannot be read as TOML/,
  ],
  [
    'keys behind the block that would be ours',
    {
      [overlayName]:
        '# >>> written by "debug-server mcp-server"\n# <<< end of what "debug-server mcp-server" has written\nenabled = 3\n',
    },
    { a: { command: 'x' } },
    /servers\.a\.enabled = 3: expected true or false/,
  ],
]
for (const [what, files, servers, told] of refused)
  t.test(`a change is refused and nothing is written: ${what}`, async t => {
    const { root } = await makeRoot(t, files)
    for (const dryRun of [true, false])
      await t.rejects(changeOverlay(root, { change: adding(servers), dryRun }), {
        name: 'UserError',
        message: told,
      })
    const now = await readFile(join(root, overlayName), 'utf8').catch(() => undefined)
    t.equal(now, files[overlayName])
  })

t.test('what an editor saved meanwhile is not written over', async t => {
  const { root, put, overlay } = await makeRoot(t)
  const change: ChangeOptions['change'] = async before => {
    await put(overlayName, '# saved\n')
    return { ...before, servers: { a: { command: 'x' } } }
  }
  await t.rejects(changeOverlay(root, { change }), {
    message: /changed by somebody else meanwhile/,
    fix: 'do it again',
  })
  t.equal(await overlay(), '# saved\n')
})

t.test('a link at its place stays one', async t => {
  const { root } = await makeRoot(t, { 'kept/servers.toml': '# mine\n' })
  await mkdir(join(root, '.artifacts/mcp'), { recursive: true })
  await symlink(join(root, 'kept/servers.toml'), join(root, overlayName))
  await changeOverlay(root, { change: adding({ a: { command: 'x' } }) })
  t.match(await readFile(join(root, 'kept/servers.toml'), 'utf8'), /^# mine\n# >>> .*\n\[servers\.a\]\n/)
})

t.test('processes that change it at once lose nothing', async t => {
  const { root } = await makeRoot(t)
  const writers = ['a', 'b'].map(prefix => startWriter(root, prefix, 4))
  const codes = await Promise.all(writers.map(async ({ ended }) => (await ended)[0]))
  t.same(codes, [0, 0])
  t.same(Object.keys(readOverlay(root).servers).sort(), ['a0', 'a1', 'a2', 'a3', 'b0', 'b1', 'b2', 'b3'])
})

t.test('a writer that is killed leaves a whole file, and its rest is removed by the next', async t => {
  const { root } = await makeRoot(t)
  const { child, ended } = startWriter(root, 'a', 100_000)
  await once(child.stdout, 'data')
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await ended
  const kept = Object.keys(readOverlay(root).servers).length
  t.ok(kept >= 1)
  // As one that was killed between the write and the rename leaves it.
  const path = join(root, overlayName)
  await writeFile(join(path, '..', 'half'), 'half')
  await rename(join(path, '..', 'half'), join(path, '..', '.servers.toml.0123456789ab'))
  await changeOverlay(root, { change: adding({ last: { command: 'x' } }) })
  t.equal(Object.keys(readOverlay(root).servers).length, kept + 1)
  t.same(await readdir(join(root, '.artifacts/mcp')), ['servers.toml', 'servers.toml.lock'])
})

function startWriter(root: string, prefix: string, count: number) {
  const child = spawn(
    process.execPath,
    [resolve(import.meta.dirname, 'add-servers.ts'), root, prefix, String(count)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  child.stdout.resume()
  return { child, ended: once(child, 'exit') }
}
