import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openWorkspace } from '../../../config/workspace.ts'
import { openStore } from '../../../services/store/store.ts'
import { findTokenBySecret, listTokens, revokeToken } from '../../../services/store/tokens.ts'
import { findBinaries } from '../../../tasks/bootstrap/binaries.ts'
import { verifyCheckout } from '../../../tasks/bootstrap/repository.ts'
import { prepareStorage } from '../../../tasks/bootstrap/storage.ts'
import { prepareToken } from '../../../tasks/bootstrap/token.ts'
import type { Exec } from '../../../tasks/engine/context.ts'

function directory() {
  const path = mkdtempSync(join(tmpdir(), 'ds-bootstrap-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const git: Exec = async (file, args = []) => {
  try {
    return {
      exitCode: 0,
      signal: null,
      stdout: execFileSync(file, args, { encoding: 'utf8', stdio: 'pipe' }),
      stderr: '',
    }
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: string }
    return { exitCode: status, signal: null, stdout: '', stderr }
  }
}

t.test('programs: found on PATH, all missing ones named at once', async t => {
  const bin = directory()
  writeFileSync(join(bin, 'present'), '#!/bin/sh\n')
  writeFileSync(join(bin, 'no-program'), '')
  mkdirSync(join(bin, 'folder'))
  chmodSync(join(bin, 'present'), 0o755)
  const environment = { PATH: `/nowhere:${bin}` }
  t.same(findBinaries(['present'], environment), [{ name: 'present', path: join(bin, 'present') }])
  t.throws(() => findBinaries(['present', 'absent', 'no-program', 'folder'], environment), {
    name: 'UserError',
    message: 'not on PATH: absent, no-program, folder',
    fix: /apt-get install absent no-program folder/,
  })
  t.throws(() => findBinaries(['present'], {}), { message: 'not on PATH: present' })
})

t.test('checkout: a work tree passes, with or without a commit; anything else does not', async t => {
  const root = directory()
  await t.rejects(verifyCheckout(root, '.', git), {
    name: 'UserError',
    message: /repository\.path is \., which is no git work tree/,
  })
  execFileSync('git', ['init', '-q', root])
  t.same(await verifyCheckout(root, '.', git), { directory: root, commit: null })
  execFileSync('git', ['init', '-q', '--bare', join(root, 'bare.git')])
  await t.rejects(verifyCheckout(root, 'bare.git', git), { message: /bare\.git, which is no git work tree/ })
})

t.test('storage: made, proven, migrated once, nothing left of the proof', async t => {
  const workspace = openWorkspace(directory(), {})
  t.same(await prepareStorage(workspace), { migrated: ['0001-first-light', '0002-leases'] })
  t.same(await prepareStorage(workspace), { migrated: [] })
  t.same(
    readdirSync(workspace.dataDirectory).filter(name => name.includes('proof')),
    [],
  )
})

t.test('storage that cannot be used names the place', async t => {
  const root = directory()
  writeFileSync(join(root, 'file'), '')
  mkdirSync(join(root, 'config'))
  writeFileSync(join(root, 'config/bootstrap.local.toml'), '[storage]\ndata_dir = "file/data"\n')
  await t.rejects(prepareStorage(openWorkspace(root, {})), {
    name: 'UserError',
    message: /the store cannot be kept at .*file\/data/,
  })
})

t.test('token: made once, 0600, made anew when its file is lost or its token revoked', async t => {
  const workspace = openWorkspace(directory(), {})
  await prepareStorage(workspace)
  const first = await prepareToken(workspace)
  t.same(first, { made: true, file: workspace.adminTokenFile })
  t.equal(statSync(first.file).mode & 0o777, 0o600)
  const secret = readFileSync(first.file, 'utf8').trim()
  chmodSync(first.file, 0o644)
  t.equal((await prepareToken(workspace)).made, false)
  t.equal(statSync(first.file).mode & 0o777, 0o600, 'its mode is mended')

  rmSync(first.file)
  t.equal((await prepareToken(workspace)).made, true)
  await using store = await openStore(workspace.storeFile)
  t.type((await findTokenBySecret(store, secret))?.revoked_at, 'string', 'the lost one is worthless')
  t.equal((await listTokens(store)).length, 2)

  const second = await findTokenBySecret(store, readFileSync(first.file, 'utf8').trim())
  t.ok(second !== undefined && (await revokeToken(store, second.id, new Date().toISOString())))
  t.equal((await prepareToken(workspace)).made, true, 'a revoked one is of no use')
  const third = await findTokenBySecret(store, readFileSync(first.file, 'utf8').trim())
  t.equal(third?.revoked_at, null)
})
