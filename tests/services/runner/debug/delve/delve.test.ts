import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { recordedSchema } from '../../../../../services/contract/debug-probes.ts'
import { until } from '../../../../until.ts'
import { sandboxOf } from '../../rig.ts'
import { pidNamed, pidOf } from '../debug-processes.ts'
import type { Launched } from '../debug-rig.ts'
import { delveRig, type GoLaunch, noDelve } from './delve-rig.ts'

t.setTimeout(280_000)

const program = `package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

func add(total, price int) int {
	sum := total + price
	return sum
}

func main() {
	how := ""
	if len(os.Args) > 1 {
		how = os.Args[1]
	}
	total := 0
	for i := 1; i <= 3; i++ {
		total = add(total, i)
		fmt.Println("adding", i)
	}
	fmt.Fprintln(os.Stderr, "arguments", os.Args[1:])
	switch how {
	case "panic":
		panic("no more")
	case "recover":
		defer func() { recover(); os.Exit(3) }()
		panic("caught")
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case "stand":
		for fmt.Println("pid", os.Getpid()); ; {
			time.Sleep(10 * time.Millisecond)
		}
	}
	os.Exit(total)
}
`

/** Without a network Delve cannot come to the runner itself: see decision 0137. */
for (const where of ['', ' in a sandbox', ' offline'])
  t.test(`a program of Go${where}`, { skip: noDelve }, async t => {
    const root = mkdtempSync(join(tmpdir(), 'runner-'))
    const overrides = where === '' ? { root } : { root, sandbox: sandboxOf(root) }
    const found = await delveRig(t, { 'main.go': program }, overrides, { offline: where === ' offline' })
    const { rig, run, state, variables, stack, evaluate, answer, session } = found
    const debug = await run({ breakpoints: ['main.go:12'], arguments: ['one', "t wo's", ''] })
    t.equal(pidOf(session.id, 'dap_relay.py') !== undefined, where === ' offline', 'it has a relay')
    t.match(debug.at, {
      engine: 'delve',
      status: 'stopped',
      stop: {
        reason: 'breakpoint',
        breakpoints: [1],
        frame: { name: 'main.add', file: 'main.go', line: 12 },
      },
    })
    t.match((await variables(debug)).variables, [
      { name: 'total', value: '0', type: 'int' },
      { name: 'price', value: '1' },
      { name: '~r0', value: '0' },
      { name: 'sum', value: '1' },
    ])
    t.match((await stack(debug)).frames, [{ name: 'main.add' }, { name: 'main.main', line: 22 }])
    t.match(await evaluate(debug, 'sum + 41'), { value: '42' })
    t.match(await state(debug, 'debug.step_out'), { stop: { reason: 'step', frame: { name: 'main.main' } } })
    t.match(await state(debug, 'debug.next'), { stop: { reason: 'step', frame: { line: 23 } } })
    await answer(debug, 'debug.break', { breakpoints: ['main.go:12'], remove: true })
    t.match(await state(debug, 'debug.continue'), { end: { reason: 'exited', exit_code: 6 } })
    const row = await rig.ended(debug.command)
    t.match(row, { status: 'failed', exit_code: 6 })
    t.equal(rig.stdout(row), 'adding 1\nadding 2\nadding 3\n')
    t.equal(rig.stderr(row), "arguments [one t wo's ]\n")
    t.same(
      readdirSync(rig.files.temporary(session.id)).filter(name => name.startsWith('debug-server')),
      [],
    )
  })

const ends: readonly [how: string, launch: GoLaunch, stop: object | null, code: number][] = [
  ['none', {}, null, 6],
  ['panic', {}, { reason: 'exception', description: 'panic', text: '"no more"' }, 2],
  ['panic', { exceptions: 'never' }, null, 2],
  ['recover', {}, null, 3],
  ['kill', {}, null, 137],
]

const calls = `package main

import (
	"errors"
	"runtime"
	"sync"
)

type cart struct{ total int }

func (c *cart) priced(by int) (int, error) {
	if by < 0 {
		return 0, errors.New("no price")
	}
	return c.total * by, nil
}

func factorial(n int) int {
	if n <= 1 {
		return 1
	}
	return n * factorial(n-1)
}

func larger[T int | string](a, b T) T {
	if a > b {
		return a
	}
	return b
}

func fails(n int) int {
	panic(n)
}

func recovers(n int) (result int, err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("recovered")
		}
	}()
	return fails(n), nil
}

func leaves(wait *sync.WaitGroup) int {
	defer wait.Done()
	runtime.Goexit()
	return 1
}

func stepped(n int) int {
	return n + 1
}

var last int

func sets(n int) {
	last = n
} // set

func main() {
	var wait sync.WaitGroup
	c := &cart{21}
	c.priced(2)
	c.priced(-1)
	larger(1, 2)
	larger("b", "a")
	recovers(3)
	wait.Add(1)
	go leaves(&wait)
	wait.Wait()
	for i := 0; i < 3; i++ {
		wait.Add(1)
		go func() {
			defer wait.Done()
			factorial(4)
		}()
	}
	wait.Wait()
	sets(1)
	stepped(1) // step
	stepped(2)
	sets(2)
}
`

t.test('ends, stops and failures of a program of Go', { skip: noDelve }, async t => {
  const { rig, run, state, answer, refusal, session, launch } = await delveRig(t, {
    'main.go': program,
    'broken/main.go': 'package main\n\nfunc main() { missing() }\n',
    'calls/main.go': calls,
  })
  const pidSaid = async ({ command }: Launched): Promise<number> =>
    Number(/pid (\d+)\n/.exec(await rig.printed(session.id, command, /pid \d+\n/))?.[1])
  await t.test('the exit code is the program’s', async t => {
    for (const [how, launch, stop, code] of ends) {
      const debug = await run({ ...launch, arguments: [how] })
      if (stop !== null) {
        t.match(debug.at, { status: 'stopped', stop }, how)
        t.match(await answer(debug, 'debug.exception'), { id: 'panic', break_mode: 'unhandled' })
      }
      const at = stop === null ? debug.at : await state(debug, 'debug.continue')
      t.match(at, { status: 'ended', end: { reason: 'exited', exit_code: code } }, how)
    }
  })
  await t.test('stop on entry is at main', async t => {
    const debug = await run({ stop_on_entry: true, breakpoints: ['main.go:12'] })
    t.match(debug.at, { stop: { reason: 'entry', frame: { name: 'main.main', line: 15 } } })
    t.match(await state(debug, 'debug.next'), { stop: { reason: 'step', frame: { line: 16 } } })
    t.match(await state(debug, 'debug.continue'), { stop: { reason: 'breakpoint', frame: { line: 12 } } })
    await state(debug, 'debug.terminate')
  })
  await t.test('a single file, and what was built, are run as well', async t => {
    t.match((await run({ path: 'main.go' })).at, { end: { exit_code: 6 } })
    const built = await rig.run(session, "go build -gcflags 'all=-N -l' -o app .")
    t.equal(built.status, 'succeeded', rig.stderr(built))
    const debug = await run({ path: 'app', breakpoints: ['main.go:12'] })
    t.match(debug.at, { stop: { frame: { file: 'main.go', line: 12 } } })
    await state(debug, 'debug.terminate')
  })
  await t.test('how calls end is told', async t => {
    const names = ['priced', 'factorial', 'larger', 'fails', 'recovers', 'leaves', 'stepped', 'sets']
    const debug = await run({
      path: 'calls',
      breakpoints: ['calls/main.go:"// step"'],
      trace: names.map(name => `calls/main.go:${name}`),
    })
    t.match(debug.at, { status: 'stopped', stop: { reason: 'breakpoint' } })
    const theirs = { breakpoints: ['calls/main.go:"} // set"'] }
    t.match(await answer(debug, 'debug.break', theirs), { 1: { verified: true } }, 'where a call returns')
    await state(debug, 'debug.next')
    t.match(await answer(debug, 'debug.evaluate', { expression: 'call stepped(40)' }), { value: '41' })
    t.match(await state(debug, 'debug.continue'), { stop: { reason: 'breakpoint', frame: { line: 59 } } })
    t.match(await state(debug, 'debug.continue'), { end: { reason: 'exited', exit_code: 0 } })
    const { records } = recordedSchema.parse(await answer(debug, 'debug.recorded', { limit: 100 }))
    const told = records.flatMap(one =>
      one.kind === 'call'
        ? [
            `${one.function}(${one.arguments.map(({ value }) => value)}) ${one.ended} ${one.result} ${one.depth}`,
          ]
        : [],
    )
    const own = (name: string) => told.filter(one => one.includes(name)).map(one => one.replace('main.', ''))
    t.same(own('priced'), [
      '(*cart).priced(2) returned (42, error nil) 0',
      '(*cart).priced(-1) returned (0, error(*errors.errorString) *{s: "no price"}) 0',
    ])
    t.match(own('larger'), [/int.*\(1,2\) returned 2 0$/, /string.*\("b","a"\) returned "b" 0$/])
    t.match(own('fails'), ['fails(3) raised null 1'])
    t.match(own('recovers'), [/^recovers\(3\) returned \(0, error.*"recovered"\}\) 0$/])
    t.match(own('leaves'), [/ open null 0$/])
    t.same(
      own('factorial').toSorted(),
      [1, 2, 3, 4].flatMap(n => {
        const one = `factorial(${n}) returned ${[1, 1, 2, 6, 24][n]} ${4 - n}`
        return [one, one, one]
      }),
      'each goroutine by itself',
    )
    t.match(
      own('stepped'),
      ['stepped(1) unseen null 0', 'stepped(2) returned 3 0'],
      'and none that an expression calls',
    )
    t.same(own('sets'), ['sets(1) returned null 0', 'sets(2) unseen null 0'])
  })
  await t.test('what is paused stands, and what is ended is gone', async t => {
    const debug = await run({ arguments: ['stand'], breakpoints: ['main.go:36'] })
    await answer(debug, 'debug.break', { breakpoints: ['main.go:36'], remove: true })
    t.match(await state(debug, 'debug.continue', { wait: 0 }), { status: 'running' })
    t.match(await state(debug, 'debug.pause'), { status: 'stopped', stop: { reason: 'pause' } })
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
    await until('nothing to be left', () => pidOf(session.id) === undefined)
  })
  await t.test('what does not build is told with what the compiler says', async t => {
    const { at } = await run({ path: 'broken' })
    const message = /^it does not build: broken\/main\.go:3:15: undefined: missing/
    t.match(at.end, { reason: 'launch_failed', message, exit_code: null })
    t.notMatch(at.end?.message, /debug-server-|\/tmp\/|debug console/)
  })
  await t.test('a name that is not there is told with what is meant', async t => {
    t.match((await run({ path: 'mainn.go' })).at.end, {
      reason: 'launch_failed',
      message: /did you mean "main.go"/,
    })
  })
  await t.test('the program is killed from outside while it runs', async t => {
    const runs = await launch({ arguments: ['stand'] })
    process.kill(await pidSaid(runs), 'SIGTERM')
    t.match(await state(runs, 'debug.status'), { end: { exit_code: 143 } })
    await until('nothing to be left', () => pidOf(session.id) === undefined)
  })
  await t.test('the program is killed from outside while it stands', async t => {
    const stands = async () => {
      const debug = await run({ arguments: ['stand'], breakpoints: ['main.go:36'] })
      t.match(debug.at, { status: 'stopped' })
      process.kill(await pidSaid(debug), 'SIGKILL')
      return debug
    }
    const killed = { status: 'ended', end: { reason: 'exited', exit_code: 137 } }
    t.match(await state(await stands(), 'debug.continue'), killed, 'sent on')
    const looked = await stands()
    await until(
      'a look to be refused',
      async () => (await refusal(looked, 'debug.stack')).code !== 'answered',
    )
    t.match(await rig.ended(looked.command), { status: 'failed', exit_code: 137 }, 'looked at')
    const left = await stands()
    t.match(await rig.ended(left.command), { exit_code: 137 }, 'nothing is asked of it')
    t.match(await state(left, 'debug.status'), killed)
    await until('nothing to be left', () => pidOf(session.id) === undefined)
  })
  await t.test('Delve is killed', async t => {
    const debug = await run({ breakpoints: ['main.go:12'] })
    process.kill(pidNamed(session.id, 'dlv'), 'SIGKILL')
    t.match(await rig.ended(debug.command), { failure_json: /debugger_failed/ })
    t.match(await state(debug, 'debug.status'), { end: { reason: 'adapter_failed' } })
  })
})
