import { once } from 'node:events'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openWorkspace } from '../../../config/workspace.ts'
import { ownPlaces } from '../../../lib/cgroups/own-places.ts'
import { UserError } from '../../../lib/user-error.ts'
import { migrationNames } from '../../../services/store/migration-names.ts'
import { openStore } from '../../../services/store/store.ts'
import { prepareToken } from '../../../tasks/bootstrap/token.ts'
import { inspectCommandLimits } from '../../../tasks/check/command-limits.ts'
import { inspectContainers } from '../../../tasks/check/containers.ts'
import { inspectDebuggers } from '../../../tasks/check/debuggers.ts'
import { findingsTable } from '../../../tasks/check/findings-table.ts'
import { lookAtAll } from '../../../tasks/check/look.ts'
import { inspectPm2Home } from '../../../tasks/check/pm2-home.ts'
import { listeningInodes, portHolder } from '../../../tasks/check/port-holder.ts'
import { inspectPort } from '../../../tasks/check/ports.ts'
import { inspectPrograms } from '../../../tasks/check/programs.ts'
import { inspectRepository } from '../../../tasks/check/repository.ts'
import { inspectSandbox } from '../../../tasks/check/sandbox.ts'
import { inspectDataDirectory, inspectStore } from '../../../tasks/check/storage.ts'
import { inspectToken } from '../../../tasks/check/token.ts'
import { versionIn } from '../../../tasks/check/version.ts'
import { readHistory } from '../../../tasks/database/history.ts'
import { halfWrittenIndex } from '../../services/store/half-written-index.ts'
import { directory, gitMaker, realExec, repository, workspaceRoot } from '../bootstrap/place.ts'
import { storeWorkspace } from '../store-workspace.ts'

const now = '2026-01-01T00:00:00.000Z'

/** A directory with programs, each a line of shell. */
function programs(owner: { teardown(end: () => unknown): void }, lines: Record<string, string>): string {
  const bin = directory(owner)
  for (const [name, line] of Object.entries(lines)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${line}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  return bin
}

t.test('looks stand for themselves: one that throws or takes too long hides no other', async t => {
  const findings = await lookAtAll(
    [
      { what: 'slow', see: () => new Promise(() => {}) },
      { what: 'mistaken', see: () => Promise.reject(new UserError('wrong', { fix: 'right' })) },
      {
        what: 'broken',
        see: () => {
          throw new TypeError('bug')
        },
      },
      {
        what: 'two',
        see: () => [
          { what: 'a', verdict: 'ok', detail: '1' },
          { what: 'b', verdict: 'ok', detail: '2' },
        ],
      },
    ],
    50,
  )
  t.match(findings, [
    { what: 'slow', verdict: 'warning', detail: /longer than 0\.05 s/ },
    { what: 'mistaken', verdict: 'failed', detail: 'wrong', fix: 'right' },
    { what: 'broken', verdict: 'failed', detail: 'bug' },
    { what: 'a' },
    { what: 'b' },
  ])
})

t.test('programs: their versions, and all that are missing at once', async t => {
  const bin = programs(t, {
    tool: 'echo "tool version 1.2.3 (5)"',
    mute: 'exit 1',
    'apt-get': '',
  })
  const findings = await inspectPrograms(['tool', 'mute', 'gone', 'lost'], bin, realExec(t))
  t.match(findings, [
    { what: 'program tool', verdict: 'ok', detail: `1.2.3, ${bin}/tool` },
    { what: 'program mute', verdict: 'ok', detail: `version unknown, ${bin}/mute` },
    { verdict: 'failed', detail: 'not on PATH: gone, lost', fix: 'install them: apt-get install gone lost' },
  ])
})

t.test('versions as programs tell them', async t => {
  const cases: [string, string | undefined][] = [
    ['GNU gdb (Debian 13.1-3) 13.1\nCopyright (C) 2023\n', '13.1'],
    ['git version 2.39.5', '2.39.5'],
    ['Docker version 28.2.2, build e6534b4', '28.2.2'],
    ['Delve Debugger\nVersion: 1.22.0\n', '1.22.0'],
    ['1.6.3+git20221103.a2a3328\n', '1.6.3+git20221103.a2a3328'],
    ['v24.1.0', '24.1.0'],
    ['no number', undefined],
  ]
  for (const [text, version] of cases) t.equal(versionIn(text), version, text)
})

t.test('debuggers: what is found, with versions; what is not, with how to get it', async t => {
  const bin = programs(t, {
    gdb: 'echo "GNU gdb (GDB) 14.2"',
    'lldb-dap': 'sleep 60 & wait',
    python3: 'case "$*" in *debugpy*) echo 1.8.0;; esac',
    bare: 'exit 1',
    brew: '',
  })
  const exec = realExec(t, { PATH: `${bin}:${process.env.PATH}` })
  const findings = await inspectDebuggers({ path: bin, pythons: [`${bin}/bare`, `${bin}/python3`] }, exec)
  t.match(findings, [
    { what: 'debugger node', detail: /built in/ },
    { what: 'debugger debugpy', detail: `1.8.0, ${bin}/python3` },
    { what: 'debugger gdb', detail: `14.2, ${bin}/gdb` },
    { what: 'debugger lldb-dap', detail: `version unknown, ${bin}/lldb-dap` },
    { what: 'debugger dlv', detail: 'not found; it debugs Go', fix: 'install it: brew install delve' },
  ])
  t.ok(
    findings.every(({ verdict }) => verdict === 'ok'),
    'none is needed',
  )
  t.match(await inspectDebuggers({ path: '', pythons: [] }, exec), [{}, { detail: /no python3 is on PATH/ }])
})

t.test('container engines: a client whose daemon does not answer is told apart', async t => {
  const bin = programs(t, {
    docker: '[ "$1" = --version ] && echo "Docker version 28.2.2, build 1" || exit 1',
    podman: 'echo "podman version 4.3.1"',
  })
  t.match(await inspectContainers(bin, realExec(t)), [
    { what: 'containers podman', detail: `4.3.1, ${bin}/podman` },
    { what: 'containers docker', detail: `28.2.2, ${bin}/docker; its daemon does not answer` },
  ])
  t.match(await inspectContainers('', realExec(t)), [{ verdict: 'ok', detail: /neither podman nor docker/ }])
})

t.test('sandbox: there, missing, out of order, or not wanted', async t => {
  const bin = programs(t, { bwrap: '[ "$1" = --version ] && echo "bubblewrap 0.8.0" || exit 0', brew: '' })
  const broken = programs(t, { bwrap: 'echo "bwrap: No permissions" >&2; exit 1', brew: '' })
  const look = (mode: 'auto' | 'bubblewrap' | 'none', path: string) => inspectSandbox(mode, path, realExec(t))
  t.match(await look('auto', bin), { verdict: 'ok', detail: `0.8.0, ${bin}/bwrap` })
  t.match(await look('auto', ''), {
    verdict: 'warning',
    detail: /not installed: .*can do what this user can/,
  })
  t.match(await look('bubblewrap', ''), { verdict: 'failed', detail: /no session starts/ })
  t.match(await look('auto', broken), { verdict: 'warning', detail: /\(bwrap: No permissions\)/ })
  t.match(await look('none', bin), { verdict: 'warning', detail: /switched off/, fix: /"auto"/ })
})

t.test('limits of commands: who keeps them, and why it is not the kernel', async t => {
  t.match(inspectCommandLimits('none'), { verdict: 'ok', detail: /without control groups \(switched off\)/ })
  const place = ownPlaces().find(({ fault }) => fault === undefined)?.place
  t.match(inspectCommandLimits('auto'), {
    what: 'limits of commands',
    detail: place === undefined ? /looked at once a second/ : `(control groups version ${place.version}, `,
  })
})

t.test('ports: free, held by somebody who is named, asked for or not, or out of reach', async t => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const held = { service: 'api' as const, host: '127.0.0.1', port, asked: false }
  if (process.platform === 'linux') t.match(portHolder(port), new RegExp(`^pid ${process.pid} \\(.*node`))
  t.match(await inspectPort(held, []), { verdict: 'warning', detail: /is held by .*up takes a free one/ })
  t.match(await inspectPort({ ...held, asked: true }, []), {
    verdict: 'failed',
    detail: /asked for, is held by/,
  })
  t.match(await inspectPort({ ...held, port: 0 }, []), { verdict: 'ok' })
  t.match(await inspectPort({ ...held, host: '192.0.2.1' }, []), {
    verdict: 'failed',
    detail: /cannot listen on 192\.0\.2\.1:\d+ \(EADDRNOTAVAIL\)/,
  })
  const row = (state: string, inode: number) =>
    `   0: 0100007F:1F90 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1\n`
  t.same(listeningInodes(`  sl  local_address\n${row('0A', 17)}${row('01', 18)}`, 8080), ['17'])
})

t.test('the store and its directory', async t => {
  const workspace = await storeWorkspace(t)
  const newest = migrationNames.at(-1)
  t.match(inspectStore(workspace), { verdict: 'ok', detail: new RegExp(`at ${newest}, undamaged`) })
  t.match(inspectDataDirectory(workspace, 1), { verdict: 'ok', detail: /MB free/ })
  chmodSync(workspace.dataDirectory, 0o755)
  t.match(inspectDataDirectory(workspace, 1), { verdict: 'warning', fix: /chmod 700/ })
  t.throws(() => inspectDataDirectory(workspace, 1e9), { name: 'UserError', message: /MB are free/ })
  const database = new DatabaseSync(workspace.storeFile)
  database.exec(`delete from kysely_migration where name = '${newest}'`)
  t.match(inspectStore(workspace), {
    verdict: 'warning',
    detail: new RegExp(`lacks ${newest}`),
    fix: /bootstrap/,
  })
  database.exec("insert into kysely_migration values ('9999-x', '2030-01-01T00:00:00.000Z')")
  t.match(inspectStore(workspace), { verdict: 'failed', detail: /newer version: it has 9999-x/ })
  database.exec('drop table kysely_migration')
  t.match(inspectStore(workspace), { verdict: 'failed', detail: /no store of ours/ })
  database.close()
  writeFileSync(workspace.storeFile, 'text, and more of it than a header has: '.repeat(10))
  t.match(inspectStore(workspace), { verdict: 'failed', fix: /db:restore/ })
  const fresh = openWorkspace(workspaceRoot(t), {})
  t.match(inspectStore(fresh), { verdict: 'warning', fix: 'npx task bootstrap' })
  t.match(inspectDataDirectory(fresh, 1), { verdict: 'ok' })
})

t.test('the token: made, for its owner alone, valid; and a store that is locked: by whom', async t => {
  const workspace = await storeWorkspace(t)
  const look = (environment = {}) => inspectToken(workspace, 'MY_TOKEN', environment, now)
  t.match(look(), [
    { verdict: 'warning', detail: /is not made yet/ },
    { verdict: 'warning', detail: /MY_TOKEN is not set/, fix: /token:create/ },
  ])
  await prepareToken(workspace)
  t.match(look({ MY_TOKEN: 'x' }), [{ verdict: 'ok' }, { verdict: 'ok', detail: 'MY_TOKEN is set' }])
  chmodSync(workspace.adminTokenFile, 0o640)
  t.match(look(), [{ verdict: 'failed', detail: /others may read/, fix: /chmod 600/ }])
  chmodSync(workspace.adminTokenFile, 0o600)
  writeFileSync(workspace.adminTokenFile, 'dst_another\n')
  t.match(look(), [{ verdict: 'failed', detail: /holds no token that is valid/ }])
  await using store = await openStore(workspace.storeFile)
  void store
  await halfWrittenIndex(t, workspace.storeFile)
  const held = /is held locked by pid \d+ \(.*python3/
  t.match(look(), [{ verdict: 'warning', detail: held, fix: /wait for it/ }])
  t.match(inspectStore(workspace), { verdict: 'failed', detail: held, fix: /wait for it/ })
  t.throws(() => readHistory(workspace.storeFile), { name: 'UserError', message: held, fix: /wait for it/ })
})

t.test('the checkout: its locks and its default branch are warnings of their own', async t => {
  const root = repository(directory(t))
  const look = (default_branch: string) =>
    inspectRepository(root, { path: '.', default_branch }, gitMaker(t), Date.now())
  t.match(await look('main'), [{ verdict: 'ok' }, { what: 'default branch', verdict: 'ok', detail: 'main' }])
  writeFileSync(join(root, '.git/index.lock'), '')
  t.match(await look('trunk'), [
    { what: 'repository', verdict: 'ok' },
    {
      what: 'repository lock',
      verdict: 'warning',
      detail: /index\.lock is there, \d+ seconds old/,
      fix: /rm '/,
    },
    { what: 'default branch', verdict: 'warning', detail: /there are: main/ },
  ])
})

t.test('PM2’s home: short enough for its sockets, and ours', async t => {
  const home = directory(t)
  t.match(inspectPm2Home(home, process.getuid?.()), { verdict: 'ok', detail: /of 103 bytes/ })
  t.match(inspectPm2Home(join(import.meta.filename, 'pm2'), 1), { verdict: 'failed', detail: /no directory/ })
  t.match(inspectPm2Home(`/${'x'.repeat(100)}`, 1), {
    verdict: 'failed',
    detail: /have 117 bytes/,
    fix: /XDG_RUNTIME_DIR/,
  })
  mkdirSync(join(home, 'theirs'))
  t.match(inspectPm2Home(join(home, 'theirs'), 4_242), {
    verdict: 'failed',
    detail: /belongs to another user/,
  })
})

t.test('the table: a line each, the fix below', async t => {
  t.equal(
    findingsTable([
      { what: 'a', verdict: 'ok', detail: 'fine' },
      { what: 'longer', verdict: 'warning', detail: 'first\nsecond', fix: 'do it' },
    ]),
    `ok       a       fine
warning  longer  first
                 second
                 → do it
`,
  )
})
