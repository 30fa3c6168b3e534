import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import t, { type Test } from 'tap'
import { failureReportSchema } from '../../../../../services/contract/debug-report.ts'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import { findSandbox } from '../../../../../services/runner/sandbox/sandbox.ts'
import { delveRig, noDelve } from '../delve/delve-rig.ts'

t.setTimeout(260_000)
if (noDelve && process.env.CI === 'true') throw new Error(noDelve)
const sandbox = await findSandbox('auto', process.env.PATH ?? '')

const source = `package main

import (
	"fmt"
	"os"
	"os/exec"
)

func work(n int) int {
	doubled := n * 2
	return doubled
}

func run(words ...string) int {
	command := exec.Command(words[0], words[1:]...)
	command.Stderr = os.Stderr
	_ = command.Run()
	return command.ProcessState.ExitCode()
}

func main() {
	switch os.Args[1] {
	case "leaf":
		os.Exit(work(21))
	case "panics":
		panic("fails")
	case "fails":
		fmt.Println(run("/proc/self/exe", "panics"))
	case "nested":
		os.Exit(run("/proc/self/exe", "leaf") + 1)
	case "plain":
		fmt.Println(run("/proc/self/exe", "leaf"))
	case "shell":
		fmt.Println(run("sh", "-c", "\\"$0\\" leaf; exit $?", os.Args[0]))
	case "below":
		fmt.Println(run("/proc/self/exe", "nested"))
	case "other":
		fmt.Println(run("sh", "-c", "exit 5"))
	}
}
`
const inWork = 'main.go:10'
const panicking = source.split('\n').findIndex(line => line.includes('panic(')) + 1

const standing = ({ status }: DebugSession) => status === 'stopped'

async function rigOf(t: Test, overrides: Parameters<typeof delveRig>[2] = {}) {
  const debug = await delveRig(t, { 'main.go': source }, overrides)
  // Built here, with what is built of Go already.
  const worktree = debug.rig.files.worktree(debug.session.id)
  const built = spawnSync('go', ['build', '-gcflags=all=-N -l', '-o', 'app', '.'], { cwd: worktree })
  if (built.status !== 0) throw new Error(`${built.stderr}`)
  const launch = (how: string) =>
    debug.launch({ path: 'app', arguments: [how], breakpoints: [inWork], children: 'follow' })
  const printed = async (command: Parameters<typeof debug.rig.ended>[0]) =>
    debug.rig.stdout(await debug.rig.ended(command))
  return { ...debug, launch, printed }
}

async function looksAtOne(t: Test, overrides: Parameters<typeof rigOf>[1]) {
  const { launch, printed, children, answer, state, evaluate } = await rigOf(t, overrides)
  const debug = await launch('plain')
  const [child] = await children(debug, 1, standing)
  if (child === undefined) throw new Error('there is none')
  t.match(child, {
    ...{ parent: debug.id, command: debug.command, engine: 'delve' },
    stop: { number: 1, reason: 'breakpoint', frame: { name: 'main.work', file: 'main.go', line: 10 } },
  })
  t.match(await state(debug, 'debug.status', { wait: 0 }), {
    status: 'running',
    children: [{ id: child.id }],
  })
  t.match(await evaluate(child, 'n'), { value: '21' })
  t.match(await state(child, 'debug.next'), { stop: { reason: 'step', frame: { line: 11 } } })
  t.match(await evaluate(child, 'doubled'), { value: '42' })
  await answer(child, 'debug.continue', { wait: 0 })
  t.match(await state(child, 'debug.status'), { status: 'ended', end: { reason: 'exited', exit_code: 42 } })
  t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
  t.equal(await printed(debug.command), '42\n')
}

t.test('a process that a program of Go starts has a Delve of its own', { skip: noDelve }, t =>
  looksAtOne(t, {}),
)

t.test('in a sandbox too', { skip: noDelve || (sandbox.kind === 'none' && sandbox.reason) }, t =>
  looksAtOne(t, { sandbox: { mode: 'bubblewrap', own: [], visible: [], home: homedir() } }),
)

t.test('whatever becomes of one', { skip: noDelve }, async t => {
  const { rig, client, launch, printed, children, answer, state, evaluate } = await rigOf(t)

  await t.test('a shell has started it', async t => {
    const debug = await launch('shell')
    const [child] = await children(debug, 1, standing)
    if (child === undefined) throw new Error('there is none')
    await answer(child, 'debug.continue', { wait: 0 })
    t.match(await state(child, 'debug.status'), { end: { exit_code: 42 } })
    t.equal(await printed(debug.command), '42\n')
  })

  await t.test('it starts one itself', async t => {
    const debug = await launch('below')
    const [child] = await children(debug, 1, ({ status }) => status === 'running')
    if (child === undefined) throw new Error('there is none')
    const [below] = await children(child, 1, standing)
    if (below === undefined) throw new Error('there is none below')
    t.match(await evaluate(below, 'n'), { value: '21' })
    await answer(below, 'debug.continue', { wait: 0 })
    t.match(await state(below, 'debug.status'), { end: { reason: 'exited', exit_code: 42 } })
    t.match(await state(child, 'debug.status'), { end: { reason: 'exited', exit_code: 43 } })
    t.equal(await printed(debug.command), '43\n')
  })

  await t.test('it is killed while it stands, and its parent hears of that', async t => {
    const debug = await launch('plain')
    const [child] = await children(debug, 1, standing)
    if (child?.process == null) throw new Error('there is none')
    process.kill(child.process, 'SIGKILL')
    const [over] = await children(debug, 1, ({ id, status }) => id === child.id && status === 'ended')
    t.match(over, { end: { reason: 'exited', exit_code: 137 } })
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '-1\n')
  })

  await t.test('it panics, which is a failure of the program', async t => {
    const debug = await launch('fails')
    const ask = async (more: object) =>
      failureReportSchema.parse(await answer(debug, 'debug.run_to_failure', { wait: 60, ...more }))
    const report = await ask({ go: 'app' })
    t.match(report, {
      ...{ outcome: 'exception', engine: 'delve', parent: debug.id, command: debug.command, kept: true },
      exception: { message: /fails/ },
    })
    t.match(
      report.frames.find(({ name }) => name === 'main.main'),
      { file: 'main.go', line: panicking },
    )
    t.match(await ask({ debug: report.debug }), { outcome: 'passed', debug: debug.id, parent: null })
    t.equal(await printed(debug.command), '2\n')
  })

  await t.test('it is ended by a client', async t => {
    const debug = await launch('plain')
    const [child] = await children(debug, 1, standing)
    if (child === undefined) throw new Error('there is none')
    t.match(await state(child, 'debug.terminate'), { status: 'ended', end: { reason: 'terminated' } })
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '-1\n')
  })

  await t.test('its parent is ended', async t => {
    const debug = await launch('plain')
    const [child] = await children(debug, 1, standing)
    if (child === undefined) throw new Error('there is none')
    t.match(await state(debug, 'debug.terminate'), { status: 'ended' })
    t.match((await children(debug, 1, ({ id, status }) => id === child.id && status === 'ended'))[0], {
      end: { reason: 'terminated' },
    })
  })

  await t.test('what is no program of Go runs on without a debugger', async t => {
    const told = client.events.length
    const debug = await launch('other')
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(await printed(debug.command), '5\n')
    t.match(
      readFileSync(rig.files.debuggerMessages(debug.session, debug.command), 'utf8'),
      /process \d+ \(\/\S+\) runs without a debugger: it is no program of Go"/,
    )
    t.same(
      client.events.slice(told).filter(({ debug }) => debug.parent !== null),
      [],
    )
  })
})
