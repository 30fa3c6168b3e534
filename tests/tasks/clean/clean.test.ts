import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { openWorkspace } from '../../../config/workspace.ts'
import { removeWhole } from '../../../lib/remove-whole.ts'
import { clean } from '../../../tasks/clean/clean.ts'
import { planClean } from '../../../tasks/clean/plan-clean.ts'
import { directory, workspaceRoot } from '../bootstrap/place.ts'
import { pretendService, storeWorkspace, waiting } from '../store-workspace.ts'

const yes = async () => true

/** What lies in `.artifacts` after a bootstrap. */
async function bootstrapped(owner: { teardown(end: () => unknown): void }) {
  const workspace = await storeWorkspace(owner)
  for (const name of ['environments/debug-server', 'certs', 'miniconda3', 'downloads', 'logs', 'secrets']) {
    mkdirSync(join(workspace.artifacts, name), { recursive: true })
    writeFileSync(join(workspace.artifacts, name, 'file'), '')
  }
  return workspace
}

t.test('what bootstrap can make again goes; data, tokens and logs stay', async t => {
  const workspace = await bootstrapped(t)
  t.match(await clean(workspace, { ...waiting(), all: false, confirm: yes }), {
    outcome: 'removed',
    left: [],
  })
  t.same(readdirSync(workspace.artifacts).sort(), ['data', 'logs', 'run', 'secrets'])
  t.ok(existsSync(workspace.storeFile))
  t.same(await clean(workspace, { ...waiting(), all: false, confirm: yes }), { outcome: 'nothing_there' })
})

t.test('with --all everything goes', async t => {
  const workspace = await bootstrapped(t)
  t.match(await clean(workspace, { ...waiting(), all: true, confirm: yes }), { outcome: 'removed', left: [] })
  t.notOk(existsSync(workspace.artifacts))
  t.same(await clean(workspace, { ...waiting(), all: true, confirm: yes }), { outcome: 'nothing_there' })
})

t.test('it asks, and is refused where nobody can be asked, and while services run', async t => {
  const workspace = await bootstrapped(t)
  await t.rejects(clean(workspace, { ...waiting(), all: true, confirm: undefined }), {
    name: 'UserError',
    message: /to be removed, with the store, all logs and all tokens:\n {2}.*certs/,
    fix: /--yes/,
  })
  let asked = ''
  const confirm = async (question: string) => {
    asked = question
    return false
  }
  t.same(await clean(workspace, { ...waiting(), all: false, confirm }), { outcome: 'declined' })
  t.match(asked, /miniconda3\nRemove it\?$/)
  await pretendService(workspace)
  await t.rejects(clean(workspace, { ...waiting(), all: true, confirm: yes }), {
    message: new RegExp(`nothing is removed while services use the store: api \\(pid ${process.pid}\\)`),
  })
  t.ok(existsSync(join(workspace.artifacts, 'certs/file')))
})

t.test('no link is followed out', async t => {
  const workspace = await bootstrapped(t)
  const outside = directory(t)
  writeFileSync(join(outside, 'theirs'), 'kept')
  symlinkSync(outside, join(workspace.artifacts, 'certs/link'))
  symlinkSync(outside, join(workspace.artifacts, 'link'))
  await clean(workspace, { ...waiting(), all: true, confirm: yes })
  t.notOk(existsSync(workspace.artifacts))
  t.equal(readFileSync(join(outside, 'theirs'), 'utf8'), 'kept')

  const linked = await bootstrapped(t)
  renameSync(linked.artifacts, join(outside, 'artifacts'))
  symlinkSync(join(outside, 'artifacts'), linked.artifacts)
  await t.rejects(clean(linked, { ...waiting(), all: true, confirm: yes }), {
    name: 'UserError',
    message: /is a symbolic link to .*: nothing is removed through it/,
  })
  t.ok(existsSync(join(outside, 'artifacts/certs/file')))
})

t.test('what is write-protected goes as well, and what is to go loses its name first', async t => {
  const root = directory(t)
  mkdirSync(join(root, 'cache/deep'), { recursive: true })
  writeFileSync(join(root, 'cache/deep/file'), '')
  chmodSync(join(root, 'cache/deep'), 0o500)
  await removeWhole(join(root, 'cache'))
  await removeWhole(join(root, 'missing'))
  t.same(readdirSync(root), [])
})

t.test(
  'the plan: data that is kept elsewhere is left and named; sockets outside go with the rest',
  async t => {
    const elsewhere = openWorkspace(
      workspaceRoot(t, '[storage]\ndata_dir = "/srv/data"\nsqlite_path = "/srv/s.db"\n'),
      {},
    )
    t.same(planClean(elsewhere, ['certs', 'run', 'secrets'], true), {
      // Whoever waits for the locks in `run` has them as soon as that goes.
      remove: ['certs', 'secrets', 'run'].map(name => join(elsewhere.artifacts, name)),
      left: ['/srv/data', '/srv/s.db'],
    })
    const long = openWorkspace(join(directory(t), 'x'.repeat(100)), { XDG_RUNTIME_DIR: '/run/user/7' })
    const { remove } = planClean(long, [], true)
    t.equal(remove.length, 2)
    for (const path of remove) t.match(path, /^\/run\/user\/7\/debug-server-[0-9a-f]{12}$/)
    const inside = openWorkspace(
      workspaceRoot(t, '[storage]\ndata_dir = ".artifacts/own/data"\nsqlite_path = ".artifacts/own/s.db"\n'),
      {},
    )
    t.same(
      planClean(inside, ['own', 'certs', 'pm2', '.removed-1'], false).remove.map(path =>
        path.split('/').at(-1),
      ),
      ['certs', '.removed-1'],
    )
  },
)
