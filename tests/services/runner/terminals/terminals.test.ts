import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import type { CommandId } from '../../../../services/contract/ids.ts'
import type { TerminalAction } from '../../../../services/contract/runner-messages.ts'
import { Terminals } from '../../../../services/runner/terminals/terminals.ts'
import { requestCancel } from '../../../../services/store/commands.ts'
import { toCommand } from '../../../../services/store/rows.ts'
import { type RunnerRig, runnerRig } from '../rig.ts'
import { killRunner, spawnRunner } from '../spawn-runner.ts'

t.setTimeout(260_000)

async function terminalRig(t: Test, overrides: Parameters<typeof runnerRig>[1] = {}) {
  const rig = await runnerRig(t, overrides)
  const session = await rig.session(await rig.repository())
  return {
    rig,
    session,
    queue: (command: string, options = {}) =>
      rig.queue(session, command, { terminal: { columns: 90, rows: 25 }, ...options }),
    act: acting(rig),
  }
}

/** Asks as the API does, but for the socket. */
const acting = ({ store, files }: RunnerRig) => {
  const terminals = new Terminals({ store, files })
  const act = (command: CommandId, action: TerminalAction) =>
    terminals.answer({ type: 'terminal', id: 1, command, action })
  return {
    act,
    type: (command: CommandId, text: string) =>
      act(command, { kind: 'type', base64: Buffer.from(text).toString('base64') }),
  }
}

t.test('a command has a terminal of its own, and is typed into', async t => {
  const { rig, session, queue, act } = await terminalRig(t)
  const id = await queue(
    'test -t 0 && test -t 1 && test -t 2 && tty && echo $TERM; stty size; echo error >&2; read -r x; echo "got $x"; exit 7',
  )
  await rig.printed(session.id, id, 'error')
  t.same(await act.type(id, 'what I typed\r'), { ok: true, value: { taken: 13 } })
  const row = await rig.ended(id)
  t.match(toCommand(row), {
    status: 'failed',
    exit_code: 7,
    merge: true,
    terminal: { columns: 90, rows: 25 },
  })
  const lines = rig.stdout(row).split('\r\n')
  t.match(lines[0], /^\/dev\/(?:pts\/\d+|console)$/)
  t.same(lines.slice(1), ['xterm-256color', '25 90', 'error', 'what I typed', 'got what I typed', ''])
  t.notOk(existsSync(rig.files.terminal(session.id, id)), 'the pipe is gone with it')
  t.match(await act.type(id, 'x'), { ok: false, code: 'command_not_running' })
})

t.test('its size changes, and Ctrl+C goes to the program', async t => {
  const { rig, session, queue, act } = await terminalRig(t)
  const id = await queue(
    `trap 'stty size' WINCH; trap 'echo interrupted; exit 3' INT; echo ready; while :; do sleep 0.05; done`,
  )
  await rig.printed(session.id, id, 'ready')
  t.same(await act.act(id, { kind: 'resize', columns: 132, rows: 43 }), {
    ok: true,
    value: { columns: 132, rows: 43 },
  })
  await rig.printed(session.id, id, '43 132')
  await act.type(id, '\u0003')
  t.match(await rig.ended(id), { status: 'failed', exit_code: 3 })
})

t.test(
  'every byte that is written is in the log, and every byte that is typed arrives in its order',
  async t => {
    const { rig, session, queue, act } = await terminalRig(t)
    const many = await rig.ended(await queue('seq 100000'))
    t.equal(rig.stdout(many), Array.from({ length: 100_000 }, (_, i) => `${i + 1}\r\n`).join(''))
    const id = await queue('stty raw -echo; echo ready; head -c 200000 | md5sum; stty sane')
    const text = Array.from({ length: 20_000 }, (_, i) => `${i}`.padStart(10, '0')).join('')
    await rig.printed(session.id, id, 'ready')
    for (let at = 0; at < text.length; at += 40_000) {
      const part = text.slice(at, at + 40_000)
      t.same(await act.type(id, part), { ok: true, value: { taken: part.length } })
    }
    t.match(rig.stdout(await rig.ended(id)), createHash('md5').update(text).digest('hex'))
  },
)

t.test('what a program does not read is not taken', async t => {
  const { rig, session, queue, act } = await terminalRig(t)
  const id = await queue('stty raw -echo; echo ready; sleep 600')
  await rig.printed(session.id, id, 'ready')
  let taken = 0
  for (let i = 0; i < 20; i++) {
    const answer = await act.type(id, 'x'.repeat(60_000))
    if (!answer.ok) throw new Error(answer.detail)
    const { taken: more } = answer.value as { taken: number }
    taken += more
    if (more < 60_000) break
  }
  t.ok(taken < 400_000, `${taken} bytes were taken`)
  await requestCancel(rig.store, id, rig.now())
  rig.wake()
  t.match(await rig.ended(id), { status: 'cancelled' })
})

t.test('what a program does not read holds up few calls, and none about another terminal', async t => {
  const { rig, session, queue, act } = await terminalRig(t)
  const stuck = await queue('stty raw -echo; echo ready; sleep 600')
  const other = await queue('echo ready; sleep 600')
  for (const id of [stuck, other]) await rig.printed(session.id, id, 'ready')
  const typed = Array.from({ length: 20 }, () => act.type(stuck, 'x'.repeat(60_000)))
  t.match(await act.act(other, { kind: 'resize', columns: 10, rows: 10 }), { ok: true })
  const codes = (await Promise.all(typed)).map(answer => (answer.ok ? 'taken' : answer.code))
  t.same(codes, [...Array(8).fill('taken'), ...Array(12).fill('too_many_calls')])
  t.match(await act.type(stuck, 'x'), { ok: true }, 'who comes later is heard')
})

t.test('a terminal that its program has closed and opens again is there still', async t => {
  const { rig, session, queue, act } = await terminalRig(t)
  const id = await queue(
    'exec </dev/null >/dev/null 2>&1; sleep 0.5; seq 5000 >/dev/tty; read -r x </dev/tty; echo "got $x" >/dev/tty',
  )
  await rig.printed(session.id, id, '5000')
  await act.type(id, 'it\r')
  const row = await rig.ended(id)
  t.match(row, { status: 'succeeded' })
  t.match(rig.stdout(row), /\r\n5000\r\nit\r\ngot it\r\n$/)
})

t.test('what ends it ends all of it', async t => {
  const { rig, session, queue } = await terminalRig(t)
  await t.test('its time', async t => {
    t.match(await rig.ended(await queue('sleep 600', { timeout: 0.3 })), { status: 'timed_out' })
  })
  await t.test('a cancel, with its grace', async t => {
    const id = await queue(`trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done`)
    await rig.printed(session.id, id, 'ready')
    await requestCancel(rig.store, id, rig.now())
    rig.wake()
    const row = await rig.ended(id)
    t.match(row, { status: 'cancelled', exit_code: 0 }, 'its code is known')
    t.match(rig.stdout(row), /bye/)
  })
  await t.test('its own end, and what it left behind goes with it', async t => {
    const row = await rig.ended(await queue('sleep 300 & setsid sleep 301 & echo started; exit 4'))
    t.match(row, { status: 'failed', exit_code: 4 })
    t.match(rig.stdout(row), /started/)
  })
  await t.test('its own end, whoever writes on', async t => {
    const row = await rig.ended(
      await queue(`trap '' HUP; (while :; do echo on; done) & echo started; exit 4`),
    )
    t.match(row, { status: 'failed', exit_code: 4 })
  })
  await t.test('a signal', async t => {
    t.match(await rig.ended(await queue('kill -KILL $$')), { status: 'failed', exit_code: 137 })
  })
})

t.test(
  'limits hold: the size of its log, and its processes without those that hold the terminal',
  async t => {
    const { rig, queue } = await terminalRig(t)
    const limits = { memory: null, processes: null, file_size: null, output: null }
    const large = await rig.ended(await queue('yes', { limits: { ...limits, file_size: 100_352 } }))
    t.match(toCommand(large), { status: 'failed', failure: { reason: 'file_size_limit' } })
    t.equal(rig.log(large, 'stdout').length, 100_352)
    const output = await rig.ended(await queue('yes', { limits: { ...limits, output: 10_000 } }))
    t.match(toCommand(output), { status: 'failed', failure: { reason: 'output_limit' }, truncated: true })
    const few = await rig.ended(await queue('exec sleep 2', { limits: { ...limits, processes: 1 } }))
    t.match(few, { status: 'succeeded' })
  },
)

t.test('who has none is told so', async t => {
  const { rig, session, act } = await terminalRig(t)
  const id = await rig.queue(session, 'echo ready; sleep 600')
  await rig.printed(session.id, id, 'ready')
  t.match(await act.type(id, 'x'), { ok: false, code: 'no_terminal' })
})

t.test('a runner that is killed leaves it, and it can be typed into through the next', async t => {
  const { rig, session, queue } = await terminalRig(t)
  await rig.stop()
  const first = await spawnRunner(rig)
  t.teardown(() => killRunner(first))
  const id = await queue('echo ready; while read -r x; do echo "got $x"; [ "$x" = end ] && exit 5; done')
  await rig.printed(session.id, id, 'ready')
  t.match(await ask(rig, id, 'one\r'), { type: 'answer', id: 7, value: { taken: 4 } })
  await rig.printed(session.id, id, 'got one')
  await killRunner(first)
  const second = await spawnRunner(rig)
  t.teardown(() => killRunner(second))
  t.match(await ask(rig, id, 'two\r'), { type: 'answer', value: { taken: 4 } })
  await rig.printed(session.id, id, 'got two')
  t.match(await ask(rig, id, 'end\r'), { type: 'answer', value: { taken: 4 } })
  const row = await rig.ended(id)
  t.match(row, { status: 'failed', exit_code: 5 })
  t.equal(rig.stdout(row), 'ready\r\none\r\ngot one\r\ntwo\r\ngot two\r\nend\r\ngot end\r\n')
})

/** What the runner answers through its socket. */
async function ask({ socket }: RunnerRig, command: CommandId, text: string): Promise<unknown> {
  const peer = connect(socket)
  try {
    const action = { kind: 'type', base64: Buffer.from(text).toString('base64') }
    peer.write(`${JSON.stringify({ type: 'terminal', id: 7, command, action })}\n`)
    for await (const line of createInterface({ input: peer })) {
      const message: { type: string } = JSON.parse(line)
      if (message.type === 'answer' || message.type === 'refusal') return message
    }
    throw new Error('the runner has gone')
  } finally {
    peer.destroy()
  }
}
