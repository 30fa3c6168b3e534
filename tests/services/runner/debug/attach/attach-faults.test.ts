import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import t from 'tap'
import { processTable } from '../../../../../lib/processes/process-table.ts'
import { requestCancel } from '../../../../../services/store/commands.ts'
import { until } from '../../../../until.ts'
import { killRunner, spawnRunner } from '../../spawn-runner.ts'
import { DebugClient, debugging, type Launched } from '../debug-rig.ts'
import { attach, goesOn, launchAt, processOf, runs } from '../matrix/attach.ts'
import type { Ground } from '../matrix/ground.ts'
import { attachGround, engines, missing } from './attached-rig.ts'

t.setTimeout(250_000)

/** What the debugger of each runs as, by a word of its line. */
const debuggers = {
  debugpy: 'debug_server_adapter.py',
  gdb: '--interpreter=mi3',
  'lldb-dap': '--repl-mode=command',
  node: 'open_inspector.py',
  delve: '--client-addr',
} as const

const killEngine = (ground: Ground, { command }: Launched): void => {
  const text = debuggers[ground.language.engine]
  const found = processTable().entries.filter(({ pid }) => {
    const [words, mark] = [textOf(`/proc/${pid}/cmdline`), textOf(`/proc/${pid}/environ`)]
    return words.includes(text) && !words.includes('attached_host.py') && mark.includes(command)
  })
  if (found.length === 0) throw new Error(`there is no ${text}`)
  for (const { pid } of found) process.kill(pid, 'SIGKILL')
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

for (const name of engines) {
  // They leave breakpoints in its code while it stands: one that it came to at once would be the end of it.
  const keeps = name === 'lldb-dap' || name === 'delve'
  t.test(`a program runs on when its ${name} is killed`, { skip: missing(name) }, async t => {
    const ground = await attachGround(t, name)
    const { state, session, rig } = ground
    const command = await runs(ground, 'spin')
    await rig.printed(session.id, command, 'spins\n')
    // While it stands.
    const standing = await launchAt(ground, command, { breakpoints: [ground.at(keeps ? 'after' : 'spin')] })
    if (keeps) {
      await until('it', async () => (await state(standing, 'debug.status', { wait: 0 })).status === 'running')
      t.equal((await state(standing, 'debug.pause')).stop?.reason, 'pause')
    } else {
      const { stop, end } = await state(standing, 'debug.status')
      t.equal(stop?.reason, 'breakpoint', JSON.stringify(end))
    }
    killEngine(ground, standing)
    const ended = await rig.ended(standing.command)
    t.match(ended, { status: 'failed' }, ended.failure_json ?? '')
    await goesOn(command)
    // While it runs, with a breakpoint in code that it does not come to.
    const running = await attach(ground, command, { breakpoints: [ground.at('spin'), ground.at('after')] })
    await ground.answer(running, 'debug.break', { breakpoints: [ground.at('spin')], remove: true })
    t.equal((await state(running, 'debug.continue', { wait: 0 })).status, 'running')
    killEngine(ground, running)
    await rig.ended(running.command)
    await goesOn(command)
    t.same(await changedCode(command), [], 'no breakpoint is left in its code')
    // Nothing of it is in the way of another.
    const again = await attach(ground, command, { breakpoints: [ground.at('spin')] })
    t.equal(again.at.stop?.reason, 'breakpoint')
    await requestCancel(rig.store, again.command, rig.now())
    rig.wake()
    t.equal((await rig.ended(again.command)).status, 'cancelled')
    await goesOn(command)
  })
}

t.test(
  'a program runs on when its runner is killed',
  { skip: missing('gdb') || missing('debugpy') },
  async t => {
    for (const name of ['gdb', 'debugpy'] as const) {
      const ground = await attachGround(t, name)
      const { rig, session } = ground
      const command = await runs(ground, 'spin')
      await rig.printed(session.id, command, 'spins\n')
      await rig.stop()
      const child = await spawnRunner(rig)
      t.teardown(() => killRunner(child))
      const client = await DebugClient.connect(rig.socket)
      t.teardown(() => client.close())
      const other = { ...ground, ...debugging(rig, session, client) }
      const { pid } = await processOf(command)
      const debug = await other.run({
        ...{ program: { kind: 'process', pid, command: null }, engines: [ground.language.engine] },
        breakpoints: [ground.at('spin')],
      })
      t.equal(debug.at.stop?.reason, 'breakpoint', JSON.stringify(debug.at.end))
      await killRunner(child)
      await goesOn(command)
      const next = await spawnRunner(rig)
      t.teardown(() => killRunner(next))
      const row = await rig.ended(debug.command)
      t.match(row, { status: 'failed' })
      t.match(row.failure_json, /debugger_lost/)
      await goesOn(command)
      await killRunner(next)
    }
  },
)

/** Where the code of a process is not that of its file: ours would be breakpoints. */
async function changedCode(command: Parameters<typeof processOf>[0]): Promise<string[]> {
  const { hostPid } = await until('it', () => processOf(command))
  const exe = openSync(`/proc/${hostPid}/exe`, 'r')
  const memory = openSync(`/proc/${hostPid}/mem`, 'r')
  try {
    const [line] = textOf(`/proc/${hostPid}/maps`)
      .split('\n')
      .filter(one => / r-xp .*\//.test(one))
    const [, from = '', to = '', offset = ''] = /^(\w+)-(\w+) r-xp (\w+) /.exec(line ?? '') ?? []
    const [start, end, at] = [from, to, offset].map(text => Number.parseInt(text, 16)) as [
      number,
      number,
      number,
    ]
    const [now, was] = [Buffer.alloc(end - start), Buffer.alloc(end - start)]
    readSync(memory, now, 0, now.length, start)
    readSync(exe, was, 0, was.length, at)
    const changed: string[] = []
    for (let place = 0; place < now.length; place++)
      if (now[place] !== was[place]) changed.push(`${place.toString(16)}: ${now[place]} for ${was[place]}`)
    return changed.slice(0, 10)
  } finally {
    closeSync(exe)
    closeSync(memory)
  }
}
