import t from 'tap'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import { debugRig, noDebugpy } from '../debug-rig.ts'

const worker = `def work(n):
    doubled = n * 2
    return doubled
`

const app = `import multiprocessing, os, subprocess, sys
from worker import work

def start(how):
    if how in ("spawn", "fork", "forkserver"):
        process = multiprocessing.get_context(how).Process(target=work, args=(21,))
        process.start()
        process.join()
        return process.exitcode
    if how == "os.fork":
        pid = os.fork()
        if pid == 0:
            work(21)
            os._exit(7)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = "import sys; from worker import work; work(21); sys.exit(5)"
    if how == "subprocess":
        return subprocess.call([sys.executable, "-c", code])
    if how == "shell":
        return subprocess.call(["sh", "-c", 'exec "$@"; :', "sh", sys.executable, "-c", code])
    if how == "posix_spawn":
        pid = os.posix_spawn(sys.executable, [sys.executable, "-uc", code], os.environ)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if how == "spawnv":
        return os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "child.py"])

if __name__ == "__main__":
    print(start(sys.argv[1]), flush=True)
    after = 1
`

const files = {
  'app.py': app,
  'worker.py': worker,
  'child.py': 'import sys\nfrom worker import work\nwork(21)\nsys.exit(4)\n',
}

t.setTimeout(600_000)

const standing = ({ status }: DebugSession) => status === 'stopped'

const ways = [
  { how: 'spawn', code: 0 },
  { how: 'fork', code: 0 },
  { how: 'forkserver', code: 0 },
  { how: 'os.fork', code: 7 },
  { how: 'subprocess', code: 5 },
  { how: 'posix_spawn', code: 5 },
  { how: 'spawnv', code: 4 },
] as const

t.test('a process of Python is debugged, whatever it was started by', { skip: noDebugpy }, async t => {
  const { rig, launch, children, answer, state, evaluate } = await debugRig(t, files)
  for (const { how, code } of ways)
    await t.test(how, async t => {
      const debug = await launch({ file: 'app.py', arguments: [how], breakpoints: ['worker.py:2'] })
      const [child] = await children(debug, 1, standing)
      if (child === undefined) throw new Error('there is none')
      t.match(child, {
        parent: debug.id,
        command: debug.command,
        engine: 'debugpy',
        stop: { reason: 'breakpoint', frame: { file: 'worker.py', line: 2, name: 'work' } },
      })
      const message = `; its process ${child.process} is stopped: act on ${child.id}`
      await t.rejects(answer(debug, 'debug.stack', {}), { message: new RegExp(message) })
      t.match(await evaluate(child, 'n'), { value: '21' })
      t.match(await state(child, 'debug.next'), { stop: { frame: { line: 3 } } })
      t.match(await evaluate(child, 'doubled'), { value: '42' })
      await answer(child, 'debug.continue', { wait: 0 })
      const ended = await state(child, 'debug.status')
      t.match(ended, { status: 'ended', end: { reason: 'exited', exit_code: code } })
      t.match(await state(debug, 'debug.status'), { end: { exit_code: 0 } })
      t.equal(rig.stdout(await rig.ended(debug.command)), `${code}\n`)
      t.equal(rig.stderr(await rig.ended(debug.command)), '')
    })
})
