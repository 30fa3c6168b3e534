import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { codexExec } from '../../smoke/agents/codex.ts'
import { readCodexEvents } from '../../smoke/agents/codex-events.ts'
import { nextTurn } from '../../smoke/agents/script.ts'
import { codexNaming, stepsOf } from '../../smoke/agents/stage-steps.ts'
import { judge } from '../../smoke/stages/judge.ts'
import { agentStages } from '../../smoke/stages/stages.ts'
import { type Owner, room, write } from './room.ts'

const [bundleTools, , , , debug] = agentStages.stages({ run: '0', clone: '/c', client: '/r', node: '/n' })
if (bundleTools === undefined || debug === undefined) throw new Error('there are stages')

/** A program in the place of Codex, as a shell script. */
function agent(owner: Owner, script: string): string {
  const path = join(room(owner), 'agent')
  write(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

const run = (program: string, more: { deadline?: number; signal?: AbortSignal } = {}) =>
  codexExec({
    ...{ program, prompt: 'p', servers: {}, model: { url: 'http://127.0.0.1:9', name: 'm', key: 'k' } },
    ...more,
  })

t.test('a model is led through a stage by its calls, each by what those before it have said', async t => {
  const said = (...texts: string[]) => texts.map((text, at) => ({ callId: `c${at}`, text }))
  const steps = stepsOf(debug, codexNaming)
  const head = 'Wall time: 0.1 seconds\nOutput:\n'
  const first = nextTurn(steps, [])
  t.match(first, { turn: { calls: [{ tool: 'debug_server_repository_init', namespace: 'mcp__gateway' }] } })
  const session = `${head}{"id":"ses_0123456789ab"}`
  t.match(nextTurn(steps, said('{}', session)), {
    turn: { calls: [{ tool: 'debug_server_run_to_failure', arguments: { session: 'ses_0123456789ab' } }] },
  })
  const failure = '{"frames":[{"file":"a.py","line":3}]}'
  t.match(nextTurn(steps, said('{}', session, failure, '{}')), {
    turn: { kind: 'message', text: 'It fails at a.py:3.' },
  })
})

t.test('an agent that ignores SIGTERM and leaves a daemon is ended in time, with what it holds', async t => {
  const program = agent(
    t,
    `trap '' TERM INT; echo '{"type":"turn.started"}'; setsid sleep 600 & sleep 600; wait`,
  )
  const { timedOut, stdout } = await run(program, { deadline: 4_000 })
  t.equal(timedOut, true)
  t.equal(stdout, '{"type":"turn.started"}\n', 'what it had said is kept')
  t.match(judge(bundleTools, stdout, readCodexEvents), { kind: 'failed', reason: /ends before the turn/ })
})

t.test('an agent is ended with the run', async t => {
  const control = new AbortController()
  const ended = run(agent(t, 'sleep 600'), { signal: control.signal })
  setImmediate(() => control.abort())
  t.match(await ended, { timedOut: false, exit: /^SIG/ })
})

t.test('its home and its temporary files lie where those of the harness do', async t => {
  const own = room(t)
  const before = process.env.TMPDIR
  process.env.TMPDIR = own
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  const { stdout } = await run(
    agent(t, 'echo "$HOME"; mktemp; test -z "$PM2_HOME" && echo "unset $CODEX_HOME"'),
  )
  const [home, temporary, others] = stdout.split('\n')
  for (const path of [home, temporary]) t.ok(path?.startsWith(`${own}/`), `${path} lies in ${own}`)
  t.equal(others, `unset ${home}`)
})

t.test('what it prints is told line by line, while it is at work', async t => {
  const control = new AbortController()
  const lines: string[] = []
  const program = agent(t, `printf 'one\\ntw'; printf 'o\\n'; printf 'three\\nha'; printf lf; sleep 600`)
  const ended = codexExec({
    ...{ program, prompt: 'p', servers: {}, model: { url: 'http://127.0.0.1:9', name: 'm', key: 'k' } },
    signal: control.signal,
    onLine: line => {
      lines.push(line)
      if (line === 'three') control.abort()
    },
  })
  await ended
  t.same(lines.slice(0, 3), ['one', 'two', 'three'])
})

t.test('where nobody can take a line of it, it is ended, and that is told', async t => {
  const program = agent(t, 'echo one; sleep 600')
  const ended = codexExec({
    ...{ program, prompt: 'p', servers: {}, model: { url: 'http://127.0.0.1:9', name: 'm', key: 'k' } },
    onLine: () => {
      throw new Error('no room for it')
    },
  })
  await t.rejects(ended, { message: 'no room for it' })
})

t.test('one that floods is ended, and costs no more than a bound', async t => {
  const { flooded, stdout } = await run(agent(t, 'exec yes "$(head -c 10000 /dev/zero | tr "\\0" x)"'))
  t.equal(flooded, true)
  t.ok(stdout.length < 40 * 2 ** 20)
})

t.test('one that dies leaves what it said, and how it died', async t => {
  const { exit, stdout, stderr } = await run(
    agent(t, `printf '{"type":"turn.st'; echo broken >&2; kill -9 $$`),
  )
  t.equal(exit, 'SIGKILL')
  t.match(judge(bundleTools, stdout, readCodexEvents), {
    kind: 'failed',
    reason: /line 1 is no event of Codex: \{"type":"turn.st/,
  })
  t.equal(stderr, 'broken\n')
})

t.test('one that exits with 0 after calls that failed has failed', async t => {
  const item = `{"id":"1","type":"mcp_tool_call","server":"gateway","tool":"workspace_fs_read","arguments":{"path":"README.md"},"result":null,"error":{"message":"denied"},"status":"failed"}`
  const program = agent(
    t,
    `echo '{"type":"item.completed","item":${item}}'; echo '{"type":"turn.completed"}'`,
  )
  const { exit, stdout } = await run(program)
  t.equal(exit, 0)
  t.match(judge(bundleTools, stdout, readCodexEvents), {
    kind: 'failed',
    reason: /^workspace_fs_read: it failed: denied/,
  })
})
