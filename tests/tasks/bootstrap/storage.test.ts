import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statfsSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { openWorkspace } from '../../../config/workspace.ts'
import { migrationNames } from '../../../services/store/migration-names.ts'
import { writersIn } from '../../../tasks/bootstrap/lock-holders.ts'
import { prepareStorage } from '../../../tasks/bootstrap/storage.ts'
import { prepareToken } from '../../../tasks/bootstrap/token.ts'
import { directory, workspaceRoot } from './place.ts'

const workspaceIn = (owner: Parameters<typeof workspaceRoot>[0], local = '') =>
  openWorkspace(workspaceRoot(owner, local), {})
const modeOf = (path: string) => statSync(path).mode & 0o777

/** A file system of its own, or the reason why there can be none here. */
function mounted(
  owner: { teardown(end: () => unknown): void },
  options: string,
): { path: string } | { skip: string } {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { skip: 'only root may mount' }
  const path = directory(owner)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'pipe' })
  } catch (error) {
    return { skip: `nothing may be mounted here: ${error}` }
  }
  owner.teardown(() => execFileSync('umount', ['-l', path]))
  return { path }
}

t.test('made for its owner alone, proven, migrated once, and nothing is left of the proof', async t => {
  const workspace = workspaceIn(t)
  const first = await prepareStorage(workspace)
  t.same(first.migrated, migrationNames)
  t.ok(first.freeMegabytes > 0)
  const again = await prepareStorage(workspace)
  t.same(again.migrated, [], 'up to date')
  t.same(again.warnings, [])
  t.equal(modeOf(workspace.dataDirectory), 0o700)
  t.same(readdirSync(workspace.dataDirectory), ['metadata.db'])
})

t.test(
  'a directory that is open to others is closed where it is ours, and told where somebody chose it',
  async t => {
    const workspace = workspaceIn(t)
    mkdirSync(workspace.dataDirectory, { recursive: true })
    chmodSync(workspace.dataDirectory, 0o755)
    t.same((await prepareStorage(workspace)).warnings, [])
    t.equal(modeOf(workspace.dataDirectory), 0o700)

    const elsewhere = join(directory(t), 'data')
    mkdirSync(elsewhere, { mode: 0o755 })
    const chosen = workspaceIn(t, `[storage]\ndata_dir = "${elsewhere}"\nsqlite_path = "${elsewhere}/s.db"\n`)
    t.match((await prepareStorage(chosen)).warnings, [/others may enter .*chmod 700/])
    t.equal(modeOf(elsewhere), 0o755)
  },
)

t.test(
  'a proof that was killed is cleared away when it is old; one that may be under way is not',
  async t => {
    const workspace = workspaceIn(t)
    await prepareStorage(workspace)
    for (const name of ['old', 'new']) writeFileSync(`${workspace.storeFile}.proof-${name}-wal`, '')
    utimesSync(`${workspace.storeFile}.proof-old-wal`, 1, 1)
    await prepareStorage(workspace)
    t.same(readdirSync(workspace.dataDirectory).sort(), ['metadata.db', 'metadata.db.proof-new-wal'])
  },
)

t.test('a data directory that is a file, or lies below one', async t => {
  const root = directory(t)
  writeFileSync(join(root, 'file'), 'kept')
  for (const place of ['file', 'file/data']) {
    const workspace = workspaceIn(t, `[storage]\ndata_dir = "${root}/${place}"\n`)
    await t.rejects(prepareStorage(workspace), {
      name: 'UserError',
      message: new RegExp(`data cannot be kept in ${root}/${place}: ${root}/file is a file`),
      fix: /set storage\.data_dir/,
    })
  }
  t.equal(readFileSync(join(root, 'file'), 'utf8'), 'kept')
})

t.test('a read-only place', async t => {
  const mount = mounted(t, 'ro,size=1m')
  if ('skip' in mount) {
    t.pass('not mounted', { skip: mount.skip })
    return
  }
  const workspace = workspaceIn(t, `[storage]\ndata_dir = "${mount.path}/data"\n`)
  await t.rejects(prepareStorage(workspace), {
    name: 'UserError',
    message: /the store cannot be kept at .*: the file system is read-only/,
    fix: /make it writable/,
  })
})

t.test('too little room is told before anything is written', async t => {
  const workspace = workspaceIn(t)
  await t.rejects(prepareStorage(workspace, { minimumFreeMegabytes: 1e9 }), {
    name: 'UserError',
    message: /^only \d+ MB are free at .*, and 1000000000 are wanted$/,
    fix: /minimum_free_megabytes/,
  })
  t.same(readdirSync(workspace.root), ['config'])
})

t.test('a disk that is full', async t => {
  const mount = mounted(t, 'size=512k')
  if ('skip' in mount) {
    t.pass('not mounted', { skip: mount.skip })
    return
  }
  const workspace = workspaceIn(
    t,
    `[storage]\ndata_dir = "${mount.path}/data"\nsqlite_path = "${mount.path}/data/s.db"\n`,
  )
  const fill = () => {
    const ballast = openSync(join(mount.path, 'ballast'), 'a')
    t.throws(
      () => {
        for (;;) writeSync(ballast, Buffer.alloc(4096))
      },
      { code: 'ENOSPC' },
    )
    closeSync(ballast)
  }
  fill()
  await t.rejects(prepareStorage(workspace), {
    name: 'UserError',
    message: /the store cannot be kept at .*: the disk is full/,
    fix: /make room there/,
  })
  writeFileSync(join(mount.path, 'ballast'), '')
  t.same((await prepareStorage(workspace)).migrated, migrationNames, 'and with room it goes on')
  fill()
  await t.rejects(
    prepareStorage(workspace),
    { message: /: the disk is full/ },
    'the proof finds out before a service does',
  )
  writeFileSync(join(mount.path, 'ballast'), '')

  const { bavail, bsize } = statfsSync(mount.path)
  // What the proof needs, and no more: room for the shared memory, and for the beginning of a log.
  writeFileSync(join(mount.path, 'ballast'), Buffer.alloc(Math.max(0, Number(bavail) * bsize - 48 * 1024)))
  await t.rejects(prepareToken(workspace), { name: 'UserError', message: /: the disk is full/ })
})

t.test('what is there and is no store, or a damaged one, is left as it is', async t => {
  await t.test('another database', async t => {
    const workspace = workspaceIn(t)
    mkdirSync(workspace.dataDirectory, { recursive: true })
    const other = new DatabaseSync(workspace.storeFile)
    other.exec('create table theirs (x)')
    other.close()
    await t.rejects(prepareStorage(workspace), {
      name: 'UserError',
      message: /is a database, but no store of ours/,
    })
  })
  await t.test('a directory', async t => {
    const workspace = workspaceIn(t)
    mkdirSync(workspace.storeFile, { recursive: true })
    await t.rejects(prepareStorage(workspace), {
      name: 'UserError',
      message: /metadata\.db, which is a directory/,
      fix: /storage\.sqlite_path/,
    })
    t.same(readdirSync(workspace.dataDirectory), ['metadata.db'])
  })
  await t.test('no database', async t => {
    const workspace = workspaceIn(t)
    mkdirSync(workspace.dataDirectory, { recursive: true })
    writeFileSync(workspace.storeFile, 'text, and more of it than a header has: '.repeat(10))
    await t.rejects(prepareStorage(workspace), {
      message: /is damaged: file is not a database/,
      fix: /db:restore FILE/,
    })
  })
  await t.test('one whose pages are damaged', async t => {
    const workspace = workspaceIn(t)
    await prepareStorage(workspace)
    damage(workspace.storeFile)
    await t.rejects(prepareStorage(workspace), { message: /is damaged: /, fix: /db:restore FILE/ })
  })
  await t.test('one with a damaged page that nothing has read yet', async t => {
    const workspace = workspaceIn(t)
    await prepareStorage(workspace)
    damage(workspace.storeFile, statSync(workspace.storeFile).size - 4096)
    await t.rejects(prepareStorage(workspace), { message: /is damaged: /, fix: /db:restore FILE/ })
  })
  await t.test('one of a newer version', async t => {
    const workspace = workspaceIn(t)
    await prepareStorage(workspace)
    const store = new DatabaseSync(workspace.storeFile)
    store.exec("insert into kysely_migration values ('9999-from-the-future', '2030-01-01T00:00:00.000Z')")
    store.close()
    await t.rejects(prepareStorage(workspace), { message: /newer version.*9999-from-the-future/ })
  })
})

t.test('a store that another process keeps locked: a bounded wait, then who it is', async t => {
  const workspace = workspaceIn(t)
  await prepareStorage(workspace)
  const holder = spawn(
    process.execPath,
    [
      '-e',
      `const { DatabaseSync } = require('node:sqlite')
       globalThis.held = new DatabaseSync(${JSON.stringify(workspace.storeFile)})
       held.exec('begin immediate')
       console.log('held')
       setInterval(() => {}, 1000)`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  t.teardown(() => holder.kill('SIGKILL'))
  await once(holder.stdout, 'data')
  const start = performance.now()
  await t.rejects(prepareStorage(workspace, { busyMs: 300 }), {
    name: 'UserError',
    message: new RegExp(`metadata\\.db is held locked by pid ${holder.pid} \\(.*node.*\\): .*300 ms`),
    fix: /wait for it or end it/,
  })
  t.ok(performance.now() - start < 5_000)
  const gone = once(holder, 'exit')
  holder.kill('SIGKILL')
  await gone
  t.same((await prepareStorage(workspace)).migrated, [])
})

t.test('who writes, by the kernel’s table of locks', async t => {
  const table = `1: POSIX  ADVISORY  WRITE 101 fe:00:777 120 120
1: -> POSIX  ADVISORY  WRITE 102 fe:00:777 120 120
2: POSIX  ADVISORY  READ 103 fe:00:777 124 124
3: FLOCK  ADVISORY  WRITE 104 fe:00:778 0 EOF
`
  t.same(writersIn(table, new Set([777])), [101, 102])
  t.same(writersIn(table, new Set([7])), [])
})

/** Overwrites the pages from `start` on; by default all but the first two. */
function damage(path: string, start = 2 * 4096): void {
  const length = statSync(path).size - start
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(length, 0x5a), 0, length, start)
  closeSync(file)
}
