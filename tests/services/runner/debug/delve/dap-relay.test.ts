import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import t from 'tap'

const relay = join(import.meta.dirname, '../../../../../services/runner/debug/delve/dap_relay.py')
const nobody = Readable.from([])
const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' })

/** In place of Delve: others come before it, many times, most of which have gone by the time they are looked at. */
const late = `
import os, socket, struct, sys
host, port = sys.argv[2].removeprefix("--client-addr=").split(":")
if os.fork() == 0:
    for _ in range(400):
        other = socket.create_connection((host, int(port)))
        other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        other.close()
    os._exit(0)
os.wait()
connection = socket.create_connection((host, int(port)))
connection.sendall(b"delve hears " + connection.recv(100))
`

t.test('whoever else comes is turned away, however often', { skip: python.status !== 0 }, async t => {
  const directory = mkdtempSync(join(tmpdir(), 'relay-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  const dlv = join(directory, 'dlv')
  writeFileSync(dlv, `#!${python.stdout.trim()}\n${late}`)
  chmodSync(dlv, 0o700)
  const nothing = openSync('/dev/null', 'r+')
  const child = spawn('python3', ['-I', '-S', relay, dlv], {
    stdio: ['pipe', 'pipe', 'pipe', nothing, 2, nothing],
  })
  closeSync(nothing)
  t.teardown(() => child.kill('SIGKILL'))
  child.stdin?.write('the runner')
  const [said, complained] = [text(child.stdout ?? nobody), text(child.stderr ?? nobody)]
  const [code] = await once(child, 'exit')
  t.same(
    { code, said: await said, complained: await complained },
    {
      ...{ code: 0, said: 'delve hears the runner', complained: '' },
    },
  )
})
