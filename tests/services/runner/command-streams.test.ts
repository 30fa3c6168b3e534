import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readProcessFile } from '../../../services/runner/commands/wrapper-files.ts'
import { until } from '../../until.ts'
import { runnerRig } from './rig.ts'

t.test('a command reads what it was given', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())

  await t.test('whole, as it stands, and to its end', async t => {
    const stdin = `é\0\n${'0123456789abcdef'.repeat(60_000)}`
    const row = await rig.run(session, ['cat'], { stdin })
    t.match(row, { status: 'succeeded', stdout_bytes: Buffer.byteLength(stdin) })
    t.equal(rig.stdout(row), stdin)
    t.equal(statSync(rig.files.input(session.id, row.id)).mode & 0o777, 0o600)
  })

  await t.test('also nothing', async t => {
    t.match(await rig.run(session, 'test -f /dev/stdin && ! read line', { stdin: '' }), { exit_code: 0 })
    const none = await rig.run(session, 'test -c /dev/stdin && ! read line')
    t.match(none, { exit_code: 0 }, '/dev/null, where it was given nothing')
    t.notOk(existsSync(rig.files.input(session.id, none.id)))
  })

  await t.test('goes on reading it when its runner is replaced', async t => {
    const line = 'read a; echo $a; until [ -e go ]; do sleep 0.1; done; read b; echo $b'
    const id = await rig.queue(session, line, { stdin: 'one\ntwo\n' })
    await rig.printed(session.id, id, 'one\n')
    await rig.stop()
    await rig.start()
    writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
    t.equal(rig.stdout(await rig.ended(id)), 'one\ntwo\n')
  })

  await t.test('reads it from the beginning when it is run again, whatever it did to it', async () => {
    const line = 'cat; echo gone > ../commands/$DEBUG_SERVER_COMMAND/stdin; echo up; sleep 300'
    const id = await rig.queue(session, line, { stdin: 'text\n', idempotent: true })
    await rig.printed(session.id, id, 'up\n')
    const wrapper = await until('it runs', () => readProcessFile(rig.files.process(session.id, id)))
    process.kill(wrapper.pid, 'SIGKILL')
    await rig.printed(session.id, id, 'text\nup\ntext\nup\n')
  })
})

t.test('merged streams are one, in the order written', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const line = 'for i in 1 2 3; do echo out $i; echo err $i >&2; done'
  const row = await rig.run(session, line, { merge: true })
  t.equal(rig.stdout(row), 'out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n')
  t.match(row, { stdout_bytes: 36, stderr_bytes: 0 })
  const missing = await rig.run(session, ['no-such-program'], { merge: true })
  t.match(rig.stdout(missing), /no-such-program: no such program/, 'what we say of it, too')
  t.match(missing, { status: 'failed', stderr_bytes: 0 })
})
