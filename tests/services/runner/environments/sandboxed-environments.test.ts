import { existsSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { SessionId } from '../../../../services/contract/ids.ts'
import { findSandbox } from '../../../../services/runner/sandbox/sandbox.ts'
import { listCommands } from '../../../../services/store/commands.ts'
import { environmentsOf } from '../../../../services/store/environments.ts'
import { toSession } from '../../../../services/store/rows.ts'
import { until } from '../../../until.ts'
import { runnerRig } from '../rig.ts'
import { path as npmPath, project as npmProject } from './stand-in-npm.ts'
import { path, project } from './stand-in-uv.ts'

t.setTimeout(260_000)
const sandbox = await findSandbox('auto', process.env.PATH ?? '')
if (sandbox.kind === 'none' && process.env.CI === 'true') throw new Error(sandbox.reason)

const settings = { mode: 'auto', own: [], visible: [], home: homedir() } as const

t.test('in a sandbox', { skip: sandbox.kind === 'none' ? sandbox.reason : false }, async t => {
  const rig = await runnerRig(t, { path, sandbox: settings })
  const repository = await rig.repository(project())
  const session = await rig.session(repository, { environment: ['uv'] })
  t.match(session, { status: 'running', isolation: 'bubblewrap' })
  const [environment] = await environmentsOf(rig.store, session.id)
  if (environment === undefined) throw new Error('no environment')
  const venv = join(rig.files.environment(environment.id), 'venv')

  t.test('a session reads its environment and cannot write it', async t => {
    t.equal(rig.stdout(await rig.run(session, ['show-lock'])), 'one\n')
    const written = await rig.run(session, ['touch', join(venv, 'mine')])
    t.match(rig.stderr(written), /Read-only file system/)
    const put = await rig.run(session, ['sh', '-c', `echo two > ${join(venv, 'lock')}`])
    t.match(rig.stderr(put), /Read-only file system/)
  })

  t.test('one that does not have it does not see it', async t => {
    const other = await rig.session(repository)
    t.equal((await rig.run(other, ['test', '-e', venv])).exit_code, 1)
  })

  t.test('offline what was built before serves, and nothing is fetched to build', async t => {
    t.match(await rig.session(repository, { environment: ['uv'], offline: true }), { status: 'running' })
    const origin = await rig.repository(project('broken'))
    const session = await rig.session(origin, { environment: ['uv'], offline: true })
    t.match(toSession(session).failure?.message, /\nThe session is offline: nothing can be fetched in it\.$/)
    const [build] = await listCommands(rig.store, session.id)
    t.match(build?.command_json, /uv sync .* --offline; /)
  })

  t.test('what fails for want of network fails nobody who has one', async t => {
    const npmRig = await runnerRig(t, { path: npmPath, sandbox: settings })
    const origin = await npmRig.repository(
      npmProject(
        'while [ ! -e "$DEBUG_SERVER_ENVIRONMENT/go" ]; do sleep 0.1; done; case "$*" in *--offline*) exit 3;; esac; mkdir node_modules',
      ),
    )
    const building = (id: SessionId) =>
      until('its build to run', async () => {
        const [build] = await listCommands(npmRig.store, id)
        if (build?.environment_id == null) return undefined
        const directory = npmRig.files.environment(build.environment_id)
        return existsSync(directory) ? directory : undefined
      })
    const go = async (id: SessionId) => writeFileSync(join(await building(id), 'go'), '')
    const offline = await npmRig.createSession(origin, { environment: ['npm'], offline: true })
    await building(offline)
    const online = await npmRig.createSession(origin, { environment: ['npm'] })
    await until('it to wait', async () => (await environmentsOf(npmRig.store, online)).length > 0)
    await go(offline)
    t.match(await npmRig.settled(offline), { status: 'failed' })
    await go(online)
    t.match(await npmRig.settled(online), { status: 'running' })
  })
})
