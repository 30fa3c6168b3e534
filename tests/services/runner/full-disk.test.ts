import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { fillWith, ownDisk } from '../../chaos/own-disk.ts'
import { until } from '../../until.ts'
import { runnerRig } from './rig.ts'

t.setTimeout(240_000)

/** Says a line, waits for the gate, writes until there is no room, and tells by an empty file, which needs none. */
const untilFull = `
import os, sys, time
def say(text):
    while text:
        try: text = text[os.write(1, text):]
        except OSError: yield
say_all = lambda text, full: [full() for _ in say(text)]
say_all(b"ready\\n", lambda: None)
while not os.path.exists("go"): time.sleep(0.01)
`
const gives_up = `${untilFull}
def full():
    open("full", "w").close()
    sys.exit(3)
while True: say_all(b"0123456789abcde\\n", full)
`
const waits = `${untilFull}
def full():
    open("waits", "w").close()
    time.sleep(0.01)
for _ in range(20000): say_all(b"0123456789abcde\\n", full)
sys.exit(4)
`

t.test('commands go through a full disk: no exit code is lost, and no byte that was written', async t => {
  const root = mkdtempSync(join(tmpdir(), 'runner-'))
  const disk = ownDisk(root)
  if (disk.kind === 'shared') return void t.pass('not mounted', { skip: disk.reason })
  const termMs = 1_500
  // Its lease is over while it can write nothing.
  const rig = await runnerRig(t, { root, lease: { termMs } })
  t.teardown(() => disk[Symbol.dispose]())
  const session = await rig.session(await rig.repository())
  const file = (name: string) => join(rig.files.worktree(session.id), name)
  const program = (text: string) => ['python3', '-c', text]
  const givesUp = await rig.queue(session, program(gives_up))
  const patient = await rig.queue(session, program(waits))
  for (const id of [givesUp, patient]) await rig.printed(session.id, id, 'ready\n')

  const filler = join(root, 'filler')
  fillWith(filler)
  writeFileSync(file('go'), '')
  await until('both have met the end of it', () => existsSync(file('full')) && existsSync(file('waits')))
  const end = performance.now() + 2 * termMs
  await until('the lease is over', () => {
    fillWith(filler)
    return performance.now() > end
  })
  t.equal(statfsSync(root).bavail, 0)
  rmSync(filler)

  const gave = await rig.ended(givesUp)
  t.match(gave, { status: 'failed', exit_code: 3, failure_json: null })
  t.match(rig.stdout(gave), /^ready\n(?:0123456789abcde\n)*[0-9a-e]*$/)
  const waited = await rig.ended(patient)
  t.match(waited, { status: 'failed', exit_code: 4, failure_json: null })
  t.equal(rig.stdout(waited), `ready\n${'0123456789abcde\n'.repeat(20_000)}`)
  t.match(await rig.run(session, 'echo later'), { status: 'succeeded', stdout_bytes: 6 })
})

t.test('a command that finds no room to record its end is not begun, and says so', async t => {
  const root = mkdtempSync(join(tmpdir(), 'runner-'))
  // The store has room still.
  const disk = ownDisk(join(root, 'data'))
  if (disk.kind === 'shared') return void t.pass('not mounted', { skip: disk.reason })
  const rig = await runnerRig(t, { root })
  t.teardown(() => disk[Symbol.dispose]())
  const session = await rig.session(await rig.repository())
  await rig.stop()
  const id = await rig.queue(session, 'touch ran')
  fillWith(join(rig.files.root, 'filler'))
  await rig.start()
  const row = await rig.ended(id)
  t.match(row, { status: 'failed', exit_code: null, failure_json: /spawn_failed.*ENOSPC/ })
  t.notOk(existsSync(join(rig.files.worktree(session.id), 'ran')))
})
