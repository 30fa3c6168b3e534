import t from 'tap'
import { noDebugpy } from '../../services/runner/debug/debug-rig.ts'
import { attached } from './attached.ts'
import { DapPeer } from './dap-peer.ts'
import { dapRig } from './dap-rig.ts'
import { replay } from './replay.ts'

t.setTimeout(180_000)

const app = `import multiprocessing, sys
from worker import work

if __name__ == "__main__":
    process = multiprocessing.get_context("spawn").Process(target=work, args=(int(sys.argv[1]),))
    process.start()
    process.join()
    print("done", flush=True)
`

const worker = `
def work(n):
    doubled = n * 2
    print("doubled", doubled, flush=True)
`

t.test('VS Code comes to a process of its program, as a guest too', { skip: noDebugpy }, async t => {
  const { client, session, local, server } = await dapRig(t, { 'app.py': app, 'worker.py': worker })
  const { token } = await client.debug.share({ session, role: 'control', name: 'pairing' })
  const guest = { ...server, token: `${token}` }
  const { port } = await attached(t, guest, session, { directory: '/', args: ['--local', local] })
  const parent = await DapPeer.overTcp(port)
  const kept = await replay(t, parent, 'vscode/parent.json', local)
  t.match(kept.get('name'), /^process \d+$/)
  const child = await DapPeer.overTcp(port)
  const replayed = replay(t, child, 'vscode/child.json', local, kept)
  await child.event('stopped')
  ;(await parent.asked()).reply(true)
  await replayed
  await child.closed
  t.match(await parent.event('exited'), { exitCode: 0 })
  await parent.event('terminated')
  t.equal(parent.output('stdout'), 'doubled 42\ndone\n')
  t.equal(child.output('stdout'), '', 'what is written is told once')
  t.equal(parent.requests().length, 1)
  t.same(parent.events('stopped'), [], 'a stop of the one is none of the other')
  await parent.ask('disconnect', { restart: false })
  await parent.closed
})
