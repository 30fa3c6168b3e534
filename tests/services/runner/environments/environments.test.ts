import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { removeTree } from '../../../../lib/remove-tree.ts'
import { listCommands } from '../../../../services/store/commands.ts'
import { environmentsOf, getEnvironment, listEnvironments } from '../../../../services/store/environments.ts'
import { resumeSession } from '../../../../services/store/resume-session.ts'
import { toSession } from '../../../../services/store/rows.ts'
import type { SessionRow } from '../../../../services/store/schema.ts'
import { moveSession } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { createUser } from '../../../../services/store/users.ts'
import { until } from '../../../until.ts'
import { commit, type RunnerRig, runnerRig, type SessionOptions } from '../rig.ts'
import { calls, forgetCalls, hold, path, project } from './stand-in-uv.ts'

t.setTimeout(280_000)
t.beforeEach(forgetCalls)

const withUv: SessionOptions = { environment: ['uv'] }

const uvRig = (t: Test, settings: Parameters<typeof runnerRig>[1] = {}) => runnerRig(t, { path, ...settings })

const environmentOf = async (rig: RunnerRig, { id }: Pick<SessionRow, 'id'>) => {
  const [environment] = await environmentsOf(rig.store, id)
  if (environment === undefined) throw new Error(`${id} has no environment`)
  return environment
}

const buildsOf = async (rig: RunnerRig, { id }: Pick<SessionRow, 'id'>) =>
  (await listCommands(rig.store, id)).filter(({ environment_id }) => environment_id !== null)

/** Waits until the build of a session has begun. */
const building = (rig: RunnerRig, { id }: Pick<SessionRow, 'id'>) =>
  until('its build to run', async () =>
    (await buildsOf(rig, { id })).find(({ status }) => status === 'running'),
  )

t.test('a build gets the files that its key is made of, and commands find what it has made', async t => {
  const rig = await uvRig(t)
  const repository = await rig.repository(project())
  const session = await rig.session(repository, { ...withUv, commands: ['show-lock'] })
  t.match(session, { status: 'running' })
  t.strictSame(calls(), ['sync --frozen --no-install-project --no-install-workspace'])
  const { id } = await environmentOf(rig, session)
  const directory = rig.files.environment(id)
  t.equal(readFileSync(join(directory, 'venv', 'saw'), 'utf8'), './pyproject.toml\n./uv.lock\n')
  t.strictSame(readdirSync(directory).sort(), ['attempt-1', 'project', 'venv'], 'its cache is gone')
  t.equal(statSync(join(directory, 'venv', 'lock')).mode & 0o222, 0, 'nobody writes what others have')
  t.equal(statSync(join(directory, 'venv')).mode & 0o222, 0)
  t.notOk(existsSync(rig.files.stages(session.id)))
  const [build, first] = await listCommands(rig.store, session.id)
  t.match(build, { sequence: 0, environment_id: id, status: 'succeeded' })
  if (build !== undefined) t.equal(rig.stdout(build), 'resolving one\ninstalled\n')
  if (first === undefined) throw new Error('no command')
  t.equal(rig.stdout(await rig.ended(first.id)), 'one\n')
  const says = await rig.run(
    session,
    'echo $VIRTUAL_ENV; echo $PATH | cut -d: -f1; printenv DEBUG_SERVER_ENVIRONMENT || echo none',
  )
  t.equal(rig.stdout(says), `${directory}/venv\n${directory}/venv/bin\nnone\n`)
  t.match(toSession((await getSession(rig.store, session.id)) ?? session).environments, [
    { id, manager: 'uv', status: 'ready', key: /^[0-9a-f]{64}$/ },
  ])
})

t.test('ten sessions that ask at once: it is built once, and all of them have it', async t => {
  const rig = await uvRig(t)
  const repository = await rig.repository(project())
  const held = hold()
  t.teardown(() => held[Symbol.dispose]())
  const ids = await Promise.all(Array.from({ length: 10 }, () => rig.createSession(repository, withUv)))
  await until('all of them to wait for it', async () => {
    const [one] = await listEnvironments(rig.store, { visible: 'all', limit: 10 })
    return one?.sessions === 10
  })
  const told = await Promise.all(ids.map(id => getSession(rig.store, id)))
  const builders = told.flatMap(row => row && toSession(row).environments.map(({ session }) => session))
  t.equal(builders.length, 10)
  t.equal(new Set(builders).size, 1, 'each tells whose build it waits for')
  t.ok(ids.some(id => id === builders[0]))
  held[Symbol.dispose]()
  for (const id of ids) t.match(await rig.settled(id), { status: 'running' })
  t.equal(calls().length, 1)
  t.equal(new Set(await Promise.all(ids.map(async id => (await environmentOf(rig, { id })).id))).size, 1)
})

t.test('the same files serve any commit of the repository, other ones another environment', async t => {
  const rig = await uvRig(t)
  const repository = await rig.repository(project())
  const first = await environmentOf(rig, await rig.session(repository, withUv))
  commit(repository.directory, { 'app.py': 'print(2)\n' })
  t.equal((await environmentOf(rig, await rig.session(repository, withUv))).id, first.id)
  const patch = `--- a/uv.lock\n+++ b/uv.lock\n@@ -1 +1 @@\n-one\n+two\n`
  const patched = await rig.session(repository, { ...withUv, patch })
  t.not((await environmentOf(rig, patched)).id, first.id)
  t.equal(rig.stdout(await rig.run(patched, ['show-lock'])), 'two\n')
  t.equal(calls().length, 2)
})

t.test('another owner and another repository have environments of their own', async t => {
  const rig = await uvRig(t)
  const repository = await rig.repository(project())
  const { user } = await createUser(rig.store, { name: 'other', role: 'user', now: rig.now() })
  const sessions = [
    await rig.session(repository, withUv),
    await rig.session(repository, { ...withUv, owner: user.id }),
    await rig.session(await rig.repository(project()), withUv),
  ]
  const ids = await Promise.all(sessions.map(async session => (await environmentOf(rig, session)).id))
  t.equal(new Set(ids).size, 3)
})

t.test('a build that fails fails all who wait for it, with the end of its log and no secret', async t => {
  const rig = await uvRig(t)
  const repository = await rig.repository(project('broken'))
  const held = hold()
  t.teardown(() => held[Symbol.dispose]())
  const options = { ...withUv, secrets: { TOKEN: 'hunter2-hunter2' } }
  const builder = await rig.createSession(repository, options)
  await building(rig, { id: builder })
  const other = await rig.createSession(repository, options)
  await until('it to wait', async () => (await environmentsOf(rig.store, other)).length > 0)
  held[Symbol.dispose]()
  for (const id of [builder, other]) {
    const session = await rig.settled(id)
    t.match(toSession(session).failure, {
      reason: 'environment_failed',
      message:
        'the environment of uv could not be built: uv ended with exit code 2:\nresolving broken\nerror: *************** is no key for broken',
    })
    t.notOk(existsSync(rig.files.worktree(id)), 'nothing of the worktree is left')
  }
  const [build] = await buildsOf(rig, { id: builder })
  if (build === undefined) throw new Error('no build')
  t.match(rig.stdout(build), /^resolving broken\nerror: /, 'its log is')
  // Perhaps it was no fault of the files: the next one tries anew.
  await rig.session(repository, withUv)
  t.equal(calls().length, 2)
})

t.test('sessions have the same one only with the same secrets, for its build has them', async t => {
  const rig = await uvRig(t)
  const repository = await rig.repository(project())
  const keyWith = async (secrets: Record<string, string>) => {
    const session = await rig.session(repository, { ...withUv, secrets })
    return toSession((await getSession(rig.store, session.id)) ?? session).environments[0]?.key
  }
  const first = await keyWith({ TOKEN: 'abcd', FLAVOUR: 'production' })
  t.equal(await keyWith({ FLAVOUR: 'production', TOKEN: 'abcd' }), first)
  const keys = [first, await keyWith({ TOKEN: 'abcd', FLAVOUR: 'development' }), await keyWith({})]
  t.equal(new Set(keys).size, 3)
  t.equal(calls().length, 3)
})

t.test('one that is stopped while it builds, and resumed, builds anew', async t => {
  const rig = await uvRig(t)
  const held = hold()
  t.teardown(() => held[Symbol.dispose]())
  const id = await rig.createSession(await rig.repository(project()), withUv)
  await building(rig, { id })
  await moveSession(rig.store, id, 'stopping', { now: rig.now() })
  rig.wake()
  await until('it has stopped', async () => (await getSession(rig.store, id))?.status === 'stopped')
  held[Symbol.dispose]()
  t.match(await resumeSession(rig.store, id, 100, rig.now()), { resumed: true })
  rig.wake()
  const session = await rig.settled(id)
  t.equal(session.status, 'running', session.failure_json ?? '')
  t.equal(rig.stdout(await rig.run({ id }, ['show-lock'])), 'one\n')
})

t.test(
  'what a patch has deleted, and links of fixtures that lead nowhere, keep none from being built',
  async t => {
    const rig = await uvRig(t)
    const origin = rig.origin({ ...project(), 'member/pyproject.toml': '[project]\n', 'fixture/README': '' })
    symlinkSync('nowhere', join(origin, 'fixture', 'pyproject.toml'))
    commit(origin, {})
    const patch =
      'diff --git a/member/pyproject.toml b/member/pyproject.toml\ndeleted file mode 100644\n--- a/member/pyproject.toml\n+++ /dev/null\n@@ -1 +0,0 @@\n-[project]\n'
    const session = await rig.session(await rig.repository(origin), { ...withUv, patch })
    t.equal(session.status, 'running', session.failure_json ?? '')
    const { id } = await environmentOf(rig, session)
    const saw = join(rig.files.environment(id), 'venv', 'saw')
    t.equal(readFileSync(saw, 'utf8'), './pyproject.toml\n./uv.lock\n')
  },
)

t.test('a build that is given up with its session is begun anew by who waited for it', async t => {
  const rig = await uvRig(t)
  const repository = await rig.repository(project())
  const held = hold()
  t.teardown(() => held[Symbol.dispose]())
  const builder = await rig.createSession(repository, withUv)
  await building(rig, { id: builder })
  const other = await rig.createSession(repository, withUv)
  await until('it to wait', async () => (await environmentsOf(rig.store, other)).length > 0)
  await moveSession(rig.store, builder, 'stopping', { now: rig.now() })
  rig.wake()
  await building(rig, { id: other })
  held[Symbol.dispose]()
  t.match(await rig.settled(other), { status: 'running' })
  t.match(await rig.settled(builder), { status: 'stopped' })
  t.equal(rig.stdout(await rig.run({ id: other }, ['show-lock'])), 'one\n')
  t.equal(calls().length, 2)
})

t.test('it is kept while a session has it, and evicted when none does and there are too many', async t => {
  const rig = await uvRig(t, { environments: { keep: 1 } })
  const repository = await rig.repository(project('one'))
  const first = await environmentOf(rig, await rig.session(repository, withUv))
  commit(repository.directory, project('two'))
  const second = await rig.session(repository, withUv)
  const kept = await environmentOf(rig, second)
  await until(
    'both are measured',
    async () =>
      (await listEnvironments(rig.store, { visible: 'all', limit: 10 })).every(
        ({ bytes }) => (bytes ?? 0) > 0,
      ),
    60_000,
  )
  t.match(await getEnvironment(rig.store, first.id), { status: 'ready', sessions: 1 }, 'in use')
  await rig.store.write(transaction => transaction.deleteFrom('sessions').execute())
  const gone = async () => (await getEnvironment(rig.store, first.id)) === undefined
  await until('it is gone', gone, 60_000)
  t.notOk(existsSync(rig.files.environment(first.id)))
  t.match(await getEnvironment(rig.store, kept.id), { status: 'ready' })
  t.strictSame(readdirSync(rig.files.environments), [kept.id])
})

t.test('a session that is resumed has it still', async t => {
  const rig = await uvRig(t)
  const session = await rig.session(await rig.repository(project()), withUv)
  const stopped = async () => {
    await moveSession(rig.store, session.id, 'stopping', { now: rig.now() })
    rig.wake()
    await until('it has stopped', async () => (await getSession(rig.store, session.id))?.status === 'stopped')
    await resumeSession(rig.store, session.id, 100, rig.now())
    rig.wake()
    return await rig.settled(session.id)
  }
  t.match(await stopped(), { status: 'running' })
  t.equal(rig.stdout(await rig.run(session, ['show-lock'])), 'one\n')
  await removeTree(rig.files.environment((await environmentOf(rig, session)).id))
  t.match(toSession(await stopped()).failure, {
    reason: 'environment_failed',
    message: 'its environment of uv is gone',
  })
})

t.test('one whose files are gone is built anew', async t => {
  const rig = await uvRig(t)
  const repository = await rig.repository(project())
  const first = await environmentOf(rig, await rig.session(repository, withUv))
  await removeTree(rig.files.environment(first.id))
  const session = await rig.session(repository, withUv)
  t.match(session, { status: 'running' })
  t.not((await environmentOf(rig, session)).id, first.id)
})

t.test('a lock file that is a link out of the worktree is not read', async t => {
  const rig = await uvRig(t)
  const origin = rig.origin(project())
  rmSync(join(origin, 'uv.lock'))
  symlinkSync('/etc/passwd', join(origin, 'uv.lock'))
  commit(origin, {})
  t.match(toSession(await rig.session(await rig.repository(origin), withUv)).failure, {
    reason: 'environment_failed',
    message: 'uv: uv.lock cannot be read: outside worktree',
  })
  t.strictSame(calls(), [])
})

t.test('what is named and lacking fails the session; auto takes what there is', async t => {
  const rig = await uvRig(t)
  const repository = await rig.repository(project())
  t.match(toSession(await rig.session(repository, { environment: ['uv', 'npm'] })).failure, {
    reason: 'environment_failed',
    message:
      'npm needs package-lock.json or npm-shrinkwrap.json at the top of the worktree, and there is none; "npm install --package-lock-only" makes it',
  })
  commit(repository.directory, { 'environment.yml': 'name: demo\n' })
  t.match(toSession(await rig.session(repository, { environment: ['conda'] })).failure, {
    reason: 'environment_failed',
    message: 'conda needs micromamba or mamba or conda on the PATH of commands, and there is none',
  })
  const both = toSession(await rig.session(repository, { environment: ['auto'] })).environments
  t.match(both, [{ manager: 'uv' }], 'uv locks more than conda')
  t.equal(both.length, 1)
  const plain = await rig.session(await rig.repository(), { environment: ['auto'] })
  t.match(toSession(plain), { status: 'running', environment: ['auto'], environments: [] })
})
