import { join } from 'node:path'
import t from 'tap'
import { noDebugpy } from '../../services/runner/debug/debug-rig.ts'
import { until } from '../../until.ts'
import type { DapPeer } from './dap-peer.ts'
import { addressOf, dapRig, editorOn, vsCode } from './dap-rig.ts'

t.setTimeout(180_000)

/** `tree N M` starts N processes, each of which starts M. `daemon` starts one that starts another and ends. */
const app = `import subprocess, sys
from worker import work

def start(*words):
    return subprocess.Popen([sys.executable, "app.py", *map(str, words)])

how, *rest = sys.argv[1:]
if how == "tree":
    count, *below = map(int, rest)
    children = [start("tree", *below) if below else start("leaf", n) for n in range(count)]
    for child in children:
        child.wait()
if how == "leaf":
    work(rest[0])
if how == "daemon":
    start("passing").wait()
    work("first")
if how == "passing":
    start("left")
if how == "left":
    work("left")
`

const worker = `import os, sys, time

def work(name):
    until = "go-" + name
    while not os.path.exists(until):
        time.sleep(0.01)
    print("worked", name, flush=True)
`

type Rig = Awaited<ReturnType<typeof started>>

async function started(t: Parameters<typeof dapRig>[0], ...words: string[]) {
  const rig = await dapRig(t, { 'app.py': app, 'worker.py': worker })
  const { server, session, local } = rig
  const open = () => editorOn(server, addressOf(server, session, { root: local }))
  const source = { path: join(local, 'worker.py') }
  const ready = async (editor: DapPeer, lines: number[]) => {
    await editor.ask('setBreakpoints', { source, breakpoints: lines.map(line => ({ line })) })
    await editor.ask('configurationDone')
  }
  const editor = await open()
  await editor.ask('initialize', vsCode)
  const python = join(local, 'app.py')
  await editor.ask('launch', { python, arguments: words, name: 'x', type: 'debug-server', request: 'launch' })
  await ready(editor, [5])
  /** As VS Code comes to what it was told of. */
  const comes = async (by: DapPeer, number = 1, lines = [5]) => {
    const request = await by.asked(number)
    const child = await open()
    await child.ask('initialize', vsCode)
    const { configuration } = request.arguments
    await child.ask('attach', { ...configuration, request: 'attach', type: 'debug-server' })
    await ready(child, lines)
    return Object.assign(child, { request, configuration })
  }
  return { ...rig, editor, open, comes, source }
}

/** Lets processes that wait for it do their work. */
const go = ({ client, session }: Rig, ...names: string[]) =>
  client.commands.run({ session, command: ['touch', ...names.map(name => `go-${name}`)], wait: 30 })

t.test(
  'processes of processes come by the connections of those that have started them',
  { skip: noDebugpy },
  async t => {
    const rig = await started(t, 'tree', '1', '2')
    const middle = await rig.comes(rig.editor)
    const leaves = [await rig.comes(middle, 1), await rig.comes(middle, 2)]
    for (const leaf of leaves) t.match(await leaf.event('stopped'), { reason: 'breakpoint' })
    t.equal(rig.editor.requests().length, 1)
    t.same([rig.editor.events('stopped'), middle.events('stopped')], [[], []])
    for (const leaf of leaves) {
      await leaf.ask('setBreakpoints', { source: rig.source, breakpoints: [] })
      const { threadId } = await leaf.event('stopped')
      await leaf.ask('continue', { threadId })
    }
    await go(rig, '0', '1')
    for (const one of [...leaves, middle, rig.editor]) {
      t.match(await one.event('exited'), { exitCode: 0 })
      await one.event('terminated')
    }
    t.match(rig.editor.output('stdout'), /worked [01]\nworked [01]\n/)
  },
)

t.test('a process whose parent goes is told by what is above that', { skip: noDebugpy }, async t => {
  const rig = await started(t, 'daemon')
  const passing = await rig.comes(rig.editor, 1, [])
  await passing.event('terminated')
  // Where it came while its parent was still ending, it is that one's.
  const above = await until('somebody is asked', () =>
    [rig.editor, passing].find((one, at) => one.requests().length === (at === 0 ? 2 : 1)),
  )
  const left = await rig.comes(above, above === passing ? 1 : 2, [7])
  await go(rig, 'left')
  const { threadId } = await left.event('stopped')
  const { stackFrames } = await left.ask('stackTrace', { threadId })
  const frameId = stackFrames[0].id
  t.match(await left.ask('evaluate', { expression: 'name', frameId, context: 'watch' }), { result: "'left'" })
  t.equal(rig.editor.requests().length + passing.requests().length, 2, 'each is told once')
  t.equal(left.requests().length, 0)
  await left.ask('terminate')
  await left.event('terminated')
  await rig.editor.ask('terminate')
  await rig.editor.event('terminated')
})

t.test('an editor that does not want a process leaves it to others', { skip: noDebugpy }, async t => {
  const rig = await started(t, 'tree', '2')
  const { client, session, editor } = rig
  const one = await editor.asked(1)
  const other = await editor.asked(2)
  one.reply(false, 'no more windows')
  await until('why', () => editor.output('console').includes('no more windows'))
  const both = [one, other].map(asked => asked.arguments.configuration.debug)
  for (const debug of both) {
    const stands = await until('it stands at a breakpoint', async () => {
      const now = await client.debug.status({ session, debug, wait: 1 })
      return now.status === 'stopped' ? now : undefined
    })
    t.match(stands, { stop: { frame: { file: 'worker.py', line: 5 } }, breakpoints: [{ line: 5 }] })
  }
  await editor.ask('disconnect', { terminateDebuggee: false })
  await editor.closed
  for (const debug of both) {
    await until('its breakpoints have gone with the editor', async () => {
      const { breakpoints } = await client.debug.status({ session, debug })
      return breakpoints.length === 0 || undefined
    })
    await client.debug.continue({ session, debug, wait: 0 })
  }
  await go(rig, '0', '1')
  t.match(await client.debug.status({ session, wait: 30 }), { end: { exit_code: 0 } })
})
