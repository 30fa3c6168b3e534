import { lstatSync, mkdirSync, mkdtempSync, readlinkSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import type { EnvironmentId, SessionId } from '../../../../services/contract/ids.ts'
import { copyModules } from '../../../../services/runner/environments/copy-modules.ts'
import { defaultEnvironmentSettings } from '../../../../services/runner/environments/environment-settings.ts'
import {
  findSandbox,
  type IsolationSettings,
  runnerIsolation,
} from '../../../../services/runner/sandbox/sandbox.ts'
import { environmentsOf, getEnvironment } from '../../../../services/store/environments.ts'
import { toSession } from '../../../../services/store/rows.ts'
import { fillWith, ownDisk } from '../../../chaos/own-disk.ts'
import { commit, type RunnerRig, runnerRig, type SessionOptions, sandboxOf } from '../rig.ts'
import { path, project } from './stand-in-npm.ts'

t.setTimeout(240_000)
const sandbox = await findSandbox('auto', process.env.PATH ?? '')
if (sandbox.kind === 'none' && process.env.CI === 'true') throw new Error(sandbox.reason)

const withNpm: SessionOptions = { environment: ['npm'] }
const npmRig = (t: Test, settings: Parameters<typeof runnerRig>[1] = {}) =>
  runnerRig(t, { path, ...settings })

const oneFile = 'mkdir node_modules; echo 1 > node_modules/file'

const environmentOf = async (rig: RunnerRig, session: Parameters<typeof environmentsOf>[1]) => {
  const [environment] = await environmentsOf(rig.store, session)
  if (environment === undefined) throw new Error(`${session} has no environment`)
  return environment.id
}

t.test('pipes, links and times are copied as they are', async t => {
  const rig = await npmRig(t)
  const script =
    'mkdir node_modules; cd node_modules; mkfifo pipe; ln -s ../there link; echo 1 > old; touch -d 2001-01-01 old'
  const session = await rig.session(await rig.repository(project(script)), withNpm)
  t.equal(session.status, 'running', session.failure_json ?? '')
  const modules = join(rig.files.worktree(session.id), 'node_modules')
  t.ok(lstatSync(join(modules, 'pipe')).isFIFO())
  t.equal(readlinkSync(join(modules, 'link')), '../there')
  t.equal(lstatSync(join(modules, 'old')).mtime.getFullYear(), 2001)
})

t.test('a build that puts a link in the place of a directory is given no copy of what is there', async t => {
  const rig = await npmRig(t)
  const victim = await rig.session(
    await rig.repository(project('mkdir node_modules; echo private > node_modules/source')),
    withNpm,
  )
  const theirs = rig.files.project(await environmentOf(rig, victim.id))
  const repository = await rig.repository(
    project(`rm -r member; ln -s ${theirs} member`, { 'member/package.json': '{}' }),
  )
  const session = await rig.session(repository, withNpm)
  t.match(toSession(session).failure, {
    reason: 'environment_failed',
    message: 'the environment of npm could not be copied: member/node_modules is a link that leads elsewhere',
  })
  const id = await environmentOf(rig, session.id)
  t.not((await getEnvironment(rig.store, id))?.status, 'ready', 'nobody else gets it')
  // What has been built well is had by the next session.
  commit(repository.directory, { '.npmrc': 'mkdir member/node_modules; touch member/node_modules/own\n' })
  const next = await rig.session(repository, withNpm)
  t.match(next, { status: 'running' })
  t.ok(lstatSync(join(rig.files.worktree(next.id), 'member/node_modules/own')))
})

/** Copies `node_modules` of one folder of an environment into a directory. */
async function copy(
  { store, files }: RunnerRig,
  settings: IsolationSettings,
  at: { session: SessionId; environment: EnvironmentId; drafts: string },
  folder = '',
) {
  await using helpers = new ProcessScope()
  const isolation = await runnerIsolation(settings, path)
  return await copyModules(
    { store, files, helpers, isolation, environments: defaultEnvironmentSettings },
    at,
    [{ from: join(files.project(at.environment), folder, 'node_modules'), to: join(at.drafts, 'copy') }],
    AbortSignal.timeout(20_000),
  )
}

t.test(
  'in a sandbox nothing else is seen by what copies, whatever a build does meanwhile',
  { skip: sandbox.kind === 'none' ? sandbox.reason : false },
  async t => {
    const root = mkdtempSync(join(tmpdir(), 'runner-'))
    const settings = sandboxOf(root)
    const rig = await npmRig(t, { root, sandbox: settings })
    const session = await rig.session(await rig.repository(project(oneFile)), withNpm)
    t.match(session, { status: 'running', isolation: 'bubblewrap' })
    const environment = await environmentOf(rig, session.id)
    // Where the server keeps what is its own.
    mkdirSync(join(root, 'node_modules'))
    symlinkSync(root, join(rig.files.project(environment), 'member'))
    const drafts = join(rig.files.session(session.id), 'drafts')
    mkdirSync(drafts)
    const at = { session: session.id, environment, drafts }
    const missing = { ok: false, message: /No such file or directory/, damaged: true }
    t.match(await copy(rig, settings, at, 'member'), missing)
    t.strictSame(await copy(rig, settings, at), { ok: true })
    t.ok(lstatSync(join(drafts, 'copy', 'file')).isFile())
  },
)

t.test('a full disk is no fault of the environment', async t => {
  const drafts = mkdtempSync(join(tmpdir(), 'drafts-'))
  const disk = ownDisk(drafts)
  if (disk.kind === 'shared') return void t.pass('not mounted', { skip: disk.reason })
  t.teardown(() => disk[Symbol.dispose]())
  fillWith(join(drafts, 'filler'))
  const rig = await npmRig(t)
  const session = await rig.session(await rig.repository(project(oneFile)), withNpm)
  const at = { session: session.id, environment: await environmentOf(rig, session.id), drafts }
  const full = { ok: false, message: /No space left on device/, damaged: false }
  t.match(await copy(rig, { ...sandboxOf(rig.root), mode: 'none' }, at), full)
})
