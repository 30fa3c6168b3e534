import { chmod, mkdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { call, toolNames } from '../../../../services/proxy/gateway/rig.ts'
import { blocksOf } from '../../../guide.ts'
import { cli, type Result, temporary } from '../../rig.ts'
import { runningClone } from './rig.ts'

t.setTimeout(120_000)

const own = ['grep', 'workspace_fs_list', 'workspace_fs_read', 'workspace_fs_write']

async function clone(t: Parameters<typeof temporary>[0], local = '') {
  const root = await realpath(await temporary(t))
  await mkdir(join(root, 'config'))
  await writeFile(join(root, 'config/mcp.toml'), '')
  await writeFile(join(root, 'config/mcp.local.toml'), local)
  const programs = join(root, 'programs')
  await mkdir(programs)
  const program = async (name: string) => {
    await writeFile(join(programs, name), '#!/bin/sh\n')
    await chmod(join(programs, name), 0o755)
  }
  await program('rg')
  const environment = { PATH: programs, HOME: root, DEBUG_SERVER_HOME: join(root, 'home') }
  const does = (command: string, ...args: readonly string[]) =>
    cli(['mcp-server', command, ...args], { root, directory: root, environment })
  const run = (...args: readonly string[]) => does('install-bundle', ...args)
  const overlay = () => readFile(join(root, '.artifacts/mcp/servers.toml'), 'utf8')
  const put = (name: string, text: string) => writeFile(join(root, name), text)
  return { root, run, does, overlay, put, program }
}

t.test('the starter bundle is put in before anything was started, once', async t => {
  const { run, overlay } = await clone(t)
  const planned = await run('--dry-run')
  t.match(planned, { code: 0, stdout: /^--- \/dev\/null\n.*\n@@ .*\n[\s\S]*^\+builtin = "workspace_fs"$/m })
  await t.rejects(overlay(), 'nothing was written')
  t.match(await run(), {
    code: 0,
    stdout:
      'installed workspace_fs\ninstalled grep\nno gateway runs here: it counts with the next "npx task up"\n',
    stderr: 'install bundle …\n',
  })
  const written = await overlay()
  t.match(written, /\[servers\.grep\.tools\.grep\]\nname = "grep"/)
  const again = await run('--json')
  t.equal(again.code, 0)
  t.match(JSON.parse(again.stdout), {
    status: 'ok',
    details: {
      bundle: 'config/mcp-bundle.toml',
      effective: 'down',
      tables: [
        { kind: 'servers', name: 'workspace_fs', outcome: 'unchanged' },
        { kind: 'servers', name: 'grep', outcome: 'unchanged' },
      ],
    },
    files_updated: [{ path: '.artifacts/mcp/servers.toml', changed: false, diff: '' }],
    commands_run: [],
    warnings: [],
    errors: [],
  })
  t.equal(await overlay(), written)
})

t.test('it counts for a gateway that runs, without a restart', async t => {
  const { connect, run, admin, root } = await runningClone(t)
  const client = await connect({ bearer: admin })
  t.same(await toolNames(client), [])
  const installed = await run('install-bundle')
  t.match(installed, { code: 0, stdout: 'installed workspace_fs\ninstalled grep\n' })
  t.same((await toolNames(client)).sort(), own, 'what was said is so')
  await writeFile(join(root, 'a.txt'), 'one\n')
  t.match(await call(client, 'grep', { pattern: 'one' }), { text: 'a.txt:1:one' })
  t.match(await run('list'), {
    code: 0,
    stdout: /^SERVER +STATE +TOOLS .*\nworkspace_fs +ready +3 +0 +0\s*\ngrep +ready +1 +0 +0/,
    stderr: '',
  })
  t.match(await run('install-bundle', '--no-restart'), {
    code: 0,
    stdout: 'unchanged workspace_fs\nunchanged grep\n',
  })
})

t.test('the commands of the guide do what it says', async t => {
  const guide = await readFile(new URL('../../../../../docs/mcp-gateway.md', import.meta.url), 'utf8')
  const [, bundle = '', drift = ''] = blocksOf(guide, 'sh')
  const { run, root } = await runningClone(t)
  const answers: Result[] = []
  for (const line of `${bundle}${drift}`.trim().split('\n')) {
    const [npx, program, group, ...words] = line.split(' ')
    t.same([npx, program, group], ['npx', 'debug-server', 'mcp-server'])
    answers.push(await run(...words))
  }
  t.match(answers, [
    { code: 0, stdout: /^\+\[servers\.workspace_fs\]$/m },
    { code: 0, stdout: 'installed workspace_fs\ninstalled grep\n' },
    { code: 0, stdout: /^workspace_fs +unmet/m },
    { code: 0, stdout: 'no drift\n', stderr: /nobody knows: workspace_fs, grep\n/ },
  ])
  await stat(join(root, '.artifacts/mcp/servers.toml'))
})

t.test('what a person has declared stays, and what was installed unless it is forced', async t => {
  const { run, overlay, put } = await clone(t, '[servers.grep]\ncommand = "mine"\n')
  await put('first.json', JSON.stringify({ servers: { notes: { url: 'https://notes.example.org/mcp' } } }))
  t.match(await run('first.json'), { code: 0, stdout: /^installed notes\n/ })
  await put(
    'team.toml',
    '[servers.notes]\nurl = "https://other.example.org/mcp"\n[servers.grep]\nbuiltin = "grep"\n[composites.find]\ndescription = "Finds."\n[composites.find.operations.grep]\nserver = "grep"\ntool = "grep"\n',
  )
  const second = await run('team.toml')
  t.match(second, { code: 0, stdout: /^skipped notes\nskipped grep\ninstalled find\n/ })
  t.match(
    second.stderr,
    /another server notes is installed already.*--force replaces it\nwarning: the server grep was declared by hand/,
  )
  t.match(await overlay(), 'https://notes.example.org/mcp')
  t.match(await run('team.toml', '--force'), {
    code: 0,
    stdout: /^replaced notes\nskipped grep\nunchanged find\n/,
  })
  t.match(await overlay(), 'https://other.example.org/mcp')
})

t.test('a bundle is taken away as a whole, and what is something else stays', async t => {
  const { run, does, overlay, put, root } = await clone(t)
  const remove = (...args: readonly string[]) => does('remove-bundle', ...args)
  const program = '.artifacts/mcp/packages/notes@1.0.0/node_modules/.bin/notes'
  const table = (name: string, more: string) =>
    `[servers.${name}]\n${more}\n[composites.${name}_more]\ndescription = "x"\n[composites.${name}_more.operations.x]\nserver = "${name}"\ntool = "x"\n`
  await mkdir(join(root, program, '..'), { recursive: true })
  await writeFile(join(root, program), '#!/bin/sh\n', { mode: 0o755 })
  await mkdir(join(root, '.artifacts/mcp/offers'))
  await writeFile(join(root, '.artifacts/mcp/offers/notes.json'), '{}')
  await put(
    'team.toml',
    `${table('notes', `command = "${program}"`)}${table('tickets', 'url = "https://a.example"')}`,
  )
  t.match(await remove('team.toml'), { code: 0, stdout: /^(absent .*\n){4}$/ })
  t.match(await run('team.toml'), { code: 0 })
  t.match(await run(), { code: 0 })
  const before = await overlay()
  t.match(await remove('team.toml', '--dry-run'), { code: 0, stdout: /^-\[servers\.notes\]$/m })
  t.equal(await overlay(), before)
  await stat(join(root, program))

  await put('other.toml', table('tickets', 'url = "https://b.example"'))
  t.match(await remove('other.toml'), {
    code: 0,
    stdout: 'kept tickets\nremoved tickets_more\n',
    stderr: /warning: another server tickets is installed, and stays; --force takes it away/,
  })
  const removed = await remove('team.toml', '--json')
  t.match(JSON.parse(removed.stdout), {
    status: 'ok',
    details: {
      tables: [
        { kind: 'servers', name: 'notes', outcome: 'removed' },
        { kind: 'servers', name: 'tickets', outcome: 'removed' },
        { kind: 'composites', name: 'notes_more', outcome: 'removed' },
        { kind: 'composites', name: 'tickets_more', outcome: 'absent' },
      ],
      packages_removed: ['notes@1.0.0'],
    },
    files_updated: [{ changed: true }, { path: '.artifacts/mcp/offers/notes.json', changed: true }],
  })
  await t.rejects(stat(join(root, program)))
  t.match(await overlay(), '[servers.grep]', 'others stay')
  t.match(await remove(), { code: 0, stdout: 'removed workspace_fs\nremoved grep\n' })
  t.notMatch(await overlay(), '[servers.')
  t.match(await run('other.toml'), { code: 0 })
  t.match(await remove('team.toml', '--force'), { code: 0, stdout: /^removed tickets$/m })
})

t.test('what a server needs is looked for before anything is written', async t => {
  const { run, overlay, put, program, root } = await clone(t)
  await put(
    'needs.toml',
    '[servers.a]\ncommand = "not-there"\n[servers.b]\ncommand = "npx"\nargs = ["-y", "some-server"]\nenv = { KEY = "$SOME_KEY" }\n[servers.c]\ncommand = "npx"\nargs = ["-y", "@some/server@1.2.3"]\n',
  )
  const refused = await run('needs.toml')
  t.match(refused, { code: 1, stdout: '' })
  t.match(
    refused.stderr,
    /the server a needs the program not-there, which is not there: install it, or take the server out of the bundle/,
  )
  t.match(refused.stderr, /the server c needs the program npx/)
  await t.rejects(overlay())
  await program('npx')
  await program('not-there')
  const told = await run('needs.toml')
  t.match(told, { code: 0, stdout: /^installed a\ninstalled b\ninstalled c\n/ })
  t.match(
    told.stderr,
    /^install bundle …\nwarning: the server b needs the variable SOME_KEY: .*\nwarning: the server b runs a package without its version.*\n$/,
  )
  await rm(join(root, 'programs/rg'))
  t.match((await run()).stderr, /grep: ripgrep \(rg\) is not installed/)
})

const faults: readonly [what: string, name: string, text: string, told: RegExp][] = [
  ['there is none', 'none.toml', '', /there is no bundle none\.toml/],
  ['no TOML', 'x.toml', '[servers', /x\.toml:1:\d+: cannot be read as TOML/],
  ['no JSON', 'x.json', '{', /x\.json is no object of JSON/],
  [
    'an unknown key',
    'x.toml',
    '[servers.a]\ncomand = "x"',
    /x\.toml:2: unknown key servers\.a\.comand; did you mean command\?/,
  ],
  [
    'who may use the gateway',
    'x.toml',
    '[gateway]\nhosts = ["evil.example.org"]',
    /x\.toml has gateway: a bundle says which servers/,
  ],
  [
    'servers that take names of each other',
    'x.toml',
    '[servers.a]\ncommand = "rg"\n[servers.a-b]\ncommand = "rg"',
    /a server "a" could be taken for those of a-b, and the other way round/,
  ],
  ['no servers', 'x.toml', '', /x\.toml has no servers/],
  [
    'two ways',
    'x.toml',
    '[servers.a]\nurl = "https://a"\ncommand = "rg"',
    /servers\.a has command and url: give one/,
  ],
  [
    'null',
    'x.json',
    '{"servers":{"a":{"url":"https://a.example","tools":{"t":{"input_schema":{"default":null}}}}}}',
    /servers\.a\.tools\.t\.input_schema\.default cannot be written: TOML has no word for null/,
  ],
]
for (const [what, name, text, told] of faults)
  t.test(`a bundle is refused: ${what}`, async t => {
    const { run, put, overlay } = await clone(t)
    if (name !== 'none.toml') await put(name, text)
    for (const args of [[name], [name, '--dry-run']])
      t.match(await run(...args), { code: 1, stdout: '', stderr: told })
    await t.rejects(overlay())
  })
