import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { instanceId, type RunnerToken } from '../../../../services/contract/ids.ts'
import { getCommand, listCommands, requestCancel } from '../../../../services/store/commands.ts'
import { listRunners, registerRunner } from '../../../../services/store/runners.ts'
import { lastOfApp } from '../../../../services/store/session-apps.ts'
import { moveSession } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { until } from '../../../until.ts'
import { app, appsRig, get, noSandbox, onPort, onSocket, patient, site } from './rig.ts'

t.setTimeout(240_000)

t.test('an app is started for who comes first, and is one command however many come', async t => {
  const rig = await appsRig(t, { site: onSocket, port: onPort })
  const session = await rig.session(await rig.repository({ 'site.py': site }))
  const answers = await Promise.all([1, 2, 3].map(nth => get(rig, session.id, patient('site'), `/${nth}`)))
  for (const [at, answer] of answers.entries())
    t.match(answer, `/${at + 1} hello from ${session.id} in ${rig.files.worktree(session.id)}`)
  const row = await lastOfApp(rig.store, session.id, 'site')
  t.match(row, { status: 'running', app: 'site', app_port: null })
  t.ok(row?.app_ready_at)
  t.match(await get(rig, session.id, patient('port'), '/p'), '/p ')
  t.same(await listCommands(rig.store, session.id, { apps: false }), [])
  t.equal((await listCommands(rig.store, session.id)).length, 2)
  t.match(await get(rig, session.id, patient('none')), /app_not_found: no app is called none/)
})

t.test('one that ends by itself has failed, with its last lines, and is not begun anew at once', async t => {
  const rig = await appsRig(t, { site: onSocket })
  const session = await rig.session(await rig.repository({ 'site.py': site }))
  await get(rig, session.id, patient('site'), '/end')
  await until('its end to be recorded', async () =>
    (await lastOfApp(rig.store, session.id, 'site'))?.status === 'failed' ? true : undefined,
  )
  const refused = await get(rig, session.id, patient('site'))
  t.match(refused, /^app_failed: the app site has failed: it exited with code 3 \(command cmd_\w+\)\n/)
  t.match(refused, 'the last words')
})

t.test('one that does not answer in time has failed; who does not wait is told that it starts', async t => {
  const silent = app({ command: ['sh', '-c', 'sleep 600', '{socket}'], ready_seconds: 1 })
  const rig = await appsRig(t, { silent })
  const session = await rig.session(await rig.repository({ 'site.py': site }))
  t.match(await get(rig, session.id, { app: 'silent', patience_ms: 0 }), /^app_starting: /)
  t.match(await get(rig, session.id, patient('silent')), /^app_failed: .*it did not answer within 1 s/)
})

t.test('one that nobody uses is stopped, and started again for who comes next', async t => {
  const rig = await appsRig(t, { site: { ...onSocket, idle_seconds: 1 } })
  const session = await rig.session(await rig.repository({ 'site.py': site }))
  t.match(await get(rig, session.id, patient('site')), 'hello')
  const first = await lastOfApp(rig.store, session.id, 'site')
  if (first === undefined) throw new Error('it runs')
  t.match(await rig.ended(first.id), {
    status: 'cancelled',
    failure_json: '{"reason":"app_idle","message":"nobody has used it for 1 s"}',
  })
  t.match(await get(rig, session.id, patient('site')), 'hello')
  t.not((await lastOfApp(rig.store, session.id, 'site'))?.id, first.id)
})

t.test('one that is being stopped is not what who comes then is answered by', async t => {
  const stays = `import signal\nsignal.signal(signal.SIGTERM, lambda *_: open("told", "w").close())\n${site}`
  const rig = await appsRig(t, { site: onSocket }, { graceMs: 3_000 })
  const session = await rig.session(await rig.repository({ 'site.py': stays }))
  t.match(await get(rig, session.id, patient('site')), 'hello')
  const first = await lastOfApp(rig.store, session.id, 'site')
  if (first === undefined) throw new Error('it runs')
  await requestCancel(rig.store, first.id, rig.now())
  rig.wake()
  const told = join(rig.files.worktree(session.id), 'told')
  await until('it to be told to end', () => existsSync(told))
  t.match(await getCommand(rig.store, first.id), { status: 'running' }, 'and it takes its time')
  t.match(await get(rig, session.id, patient('site')), 'hello')
  t.match(await getCommand(rig.store, first.id), { status: 'cancelled' })
  t.not((await lastOfApp(rig.store, session.id, 'site'))?.id, first.id)
})

t.test('a runner that starts anew takes up what runs', async t => {
  const rig = await appsRig(t, { site: onSocket })
  const session = await rig.session(await rig.repository({ 'site.py': site }))
  t.match(await get(rig, session.id, patient('site')), 'hello')
  const before = await lastOfApp(rig.store, session.id, 'site')
  await rig.stop()
  await rig.start()
  t.match(await get(rig, session.id, patient('site')), 'hello')
  t.equal((await lastOfApp(rig.store, session.id, 'site'))?.id, before?.id)
  t.match(before && (await getCommand(rig.store, before.id)), { status: 'running' })
})

t.test('who comes to a runner for an app that another one has is told at once', async t => {
  const rig = await appsRig(t, { site: onSocket })
  const session = await rig.session(await rig.repository({ 'site.py': site }))
  t.match(await get(rig, session.id, patient('site')), 'hello')
  const row = await lastOfApp(rig.store, session.id, 'site')
  if (row === undefined) throw new Error('it runs')
  const takes = (token: RunnerToken | null) =>
    rig.store.write(transaction =>
      transaction.updateTable('commands').set('runner_token', token).where('id', '=', row.id).execute(),
    )
  const [own] = await listRunners(rig.store)
  if (own === undefined) throw new Error('it is registered')
  const { token: _, beats: __, renewed_at: now, ...like } = own
  await takes(await registerRunner(rig.store, { ...like, now, instance_id: instanceId.create() }))
  const began = performance.now()
  t.equal(
    await get(rig, session.id, patient('site')),
    'runner_unavailable: another runner has the app site: try again',
  )
  t.ok(performance.now() - began < 30_000, 'not when its patience is over')
  await takes(row.runner_token)
  t.match(await get(rig, session.id, patient('site')), 'hello')
})

t.test('what an app puts in the place of its socket leads nowhere', async t => {
  const rig = await appsRig(t, {}, {})
  await rig.stop()
  const trap = app({
    command: ['sh', '-c', `ln -s ${rig.socket} "$0"; sleep 600`, '{socket}'],
    ready_seconds: 1,
  })
  const other = await appsRig(t, { trap })
  const session = await other.session(await other.repository())
  await rig.start()
  t.match(await get(other, session.id, patient('trap')), /^app_failed: .*it did not answer within 1 s/)
})

t.test('there is no way to the app of a session that has stopped', async t => {
  const rig = await appsRig(t, { site: onSocket })
  const session = await rig.session(await rig.repository({ 'site.py': site }))
  t.match(await get(rig, session.id, patient('site')), 'hello')
  await moveSession(rig.store, session.id, 'stopping', { now: rig.now() })
  rig.wake()
  await until('the session to stop', async () =>
    (await getSession(rig.store, session.id))?.status === 'stopped' ? true : undefined,
  )
  t.match(await lastOfApp(rig.store, session.id, 'site'), { status: 'cancelled' })
  t.match(await get(rig, session.id, patient('site')), /^session_ended: /)
})

/** Answers with where it finds compiled code, and with what comes of writing there. */
const compiling = `import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { getCompileCacheDir } from 'node:module'
const place = getCompileCacheDir()
let written = 'written'
try {
  writeFileSync(place + '/left', '')
} catch ({ code }) {
  written = code
}
createServer((_, response) => response.end(place + ' ' + written)).listen(process.argv[2])
`

t.test(
  'apps of this project read what was compiled of them, and cannot write it',
  {
    skip: noSandbox,
  },
  async t => {
    const place = realpathSync(mkdtempSync(join(tmpdir(), 'compiled-')))
    t.teardown(() => rmSync(place, { recursive: true, force: true }))
    const told = ['-p', 'require("node:module").getCompileCacheDir()']
    const env = { NODE_COMPILE_CACHE: place }
    const kept = execFileSync(process.execPath, told, { env, encoding: 'utf8' }).trim()
    const command = (...more: string[]) => app({ command: ['{node}', 'app.mjs', '{socket}', ...more] })
    const rig = await appsRig(t, { own: command('{programs}'), other: command() }, { compiledCode: place })
    const session = await rig.session(await rig.repository({ 'app.mjs': compiling }))
    t.match(await get(rig, session.id, patient('own')), `${kept} EROFS`)
    t.match(await get(rig, session.id, patient('other')), 'undefined ')
  },
)
