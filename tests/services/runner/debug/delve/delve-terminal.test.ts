import t from 'tap'
import type { CommandId } from '../../../../../services/contract/ids.ts'
import { Terminals } from '../../../../../services/runner/terminals/terminals.ts'
import { delveRig, noDelve } from './delve-rig.ts'

t.setTimeout(240_000)

const program = `package main

import (
	"bufio"
	"os"
)

func main() {
	for _, file := range []*os.File{os.Stdin, os.Stdout, os.Stderr} {
		found, _ := file.Stat()
		println("terminal", found.Mode()&os.ModeCharDevice != 0)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		os.Stdout.WriteString("got " + lines.Text() + "\\n")
	}
	os.Exit(7)
}
`

t.test('a program in a terminal reads what is typed, Ctrl+C too', { skip: noDelve }, async t => {
  const { rig, session, run, state } = await delveRig(t, { 'main.go': program })
  const terminals = new Terminals({ store: rig.store, files: rig.files })
  const type = (command: CommandId, words: string) => {
    const base64 = Buffer.from(words).toString('base64')
    return terminals.answer({ type: 'terminal', id: 1, command, action: { kind: 'type', base64 } })
  }
  for (const [last, code] of [
    ['\x04', 7],
    ['\x03', 130],
  ] as const) {
    const debug = await run({ terminal: { columns: 90, rows: 25 }, breakpoints: ['main.go:13'] })
    t.match(debug.at, { status: 'stopped', stop: { frame: { line: 13 } } })
    await rig.printed(session.id, debug.command, /(?:terminal true\r?\n){3}/)
    await state(debug, 'debug.continue', { wait: 0 })
    t.match(await type(debug.command, 'héllo\r'), { ok: true })
    await rig.printed(session.id, debug.command, 'got héllo')
    await type(debug.command, last)
    t.match(await state(debug, 'debug.status', { wait: 10 }), { end: { reason: 'exited', exit_code: code } })
  }
})
