import { readFileSync, statSync } from 'node:fs'
import t from 'tap'
import { noLimits } from '../../../../services/contract/command-limits.ts'
import { killRunner, spawnRunner } from '../spawn-runner.ts'
import { DebugClient, debugging, debugRig, type LaunchOptions, noDebugpy } from './debug-rig.ts'
import { noDelve } from './delve/delve-rig.ts'
import { compile, noGdb } from './gdb/gdb-rig.ts'
import { noLldb } from './lldb/lldb-rig.ts'

t.setTimeout(280_000)

const mebibyte = 1_048_576
const gigabyte = 1_024 * mebibyte
/** Some less, so that it is passed before all is written. */
const most = gigabyte - 32 * mebibyte
const stops = 4

const python = `import sys, time
line = b"0123456789abcde\\n" * 65536
def pour(count):
    for _ in range(count):
        sys.stdout.buffer.write(line)
for part in range(${stops}):
    pour(${1_024 / stops})
    done = part
time.sleep(300)
`
const c = `#include <stdio.h>
#include <string.h>
#include <unistd.h>
static char line[1 << 20];
static void pour(int count) {
  for (int i = 0; i < count; i++) fwrite(line, 1, sizeof line, stderr);
}
int main(void) {
  memset(line, 'x', sizeof line);
  for (int part = 0; part < ${stops}; part++) {
    pour(${1_024 / stops});
    int done = part;
    (void)done;
  }
  sleep(300);
}
`

const node = `const { writeSync } = require('node:fs')
const line = Buffer.alloc(1 << 20, 'x')
const pour = count => { while (count-- > 0) writeSync(1, line) }
for (let part = 0; part < ${stops}; part++) {
  pour(${1_024 / stops})
  const done = part
}
setTimeout(() => undefined, 300_000)
`
const go = `package main

import (
	"os"
	"time"
)

func main() {
	line := make([]byte, 1<<20)
	for part := 0; part < ${stops}; part++ {
		for count := ${1_024 / stops}; count > 0; count-- {
			os.Stdout.Write(line)
		}
		done := part
		_ = done
	}
	time.Sleep(300 * time.Second)
}
`

type Case = {
  readonly launch: LaunchOptions
  readonly stream: 'stdout' | 'stderr'
  readonly skip: string | false
}

const cases: Readonly<Record<string, Case>> = {
  debugpy: {
    launch: { file: 'much.py', breakpoints: ['much.py:8'] },
    stream: 'stdout',
    skip: noDebugpy,
  },
  gdb: {
    launch: {
      program: { kind: 'binary', file: 'much', core: null },
      engines: ['gdb'],
      breakpoints: ['much.c:12'],
    },
    stream: 'stderr',
    skip: noGdb,
  },
  'lldb-dap': {
    launch: {
      program: { kind: 'binary', file: 'much', core: null },
      engines: ['lldb-dap'],
      breakpoints: ['much.c:12'],
    },
    stream: 'stderr',
    skip: noLldb,
  },
  node: {
    launch: { program: { kind: 'node', file: 'much.cjs' }, breakpoints: ['much.cjs:6'] },
    stream: 'stdout',
    skip: false,
  },
  delve: {
    launch: { program: { kind: 'go', path: 'much.go' }, breakpoints: ['much.go:14'] },
    stream: 'stdout',
    skip: noDelve,
  },
}

/** A GB takes its time: the suite has two debuggers write it. `MUCH_OUTPUT` names others, or `all`. */
const wanted = process.env.MUCH_OUTPUT?.split(' ') ?? ['debugpy', 'gdb']
const tried = Object.entries(cases).filter(([name]) => wanted.includes('all') || wanted.includes(name))

for (const [name, { launch, stream, skip }] of tried)
  t.test(`1 GB of ${stream} under ${name} costs the runner nothing`, { skip }, async t => {
    const { rig, session } = await debugRig(t, {
      ...{ 'much.py': python, 'much.c': c, 'much.cjs': node, 'much.go': go },
    })
    if (name === 'gdb' || name === 'lldb-dap') compile(rig.files.worktree(session.id), 'much.c', c)
    await rig.stop()
    const runner = await spawnRunner(rig)
    t.teardown(() => killRunner(runner))
    const client = await DebugClient.connect(rig.socket)
    t.teardown(() => client.close())
    const { launch: launched, state, evaluate } = debugging(rig, session, client)
    const peak = () => peakMemory(runner.pid ?? Number.NaN)
    const debug = await launched({ ...launch, limits: { ...noLimits, output: most } })
    let at = await state(debug, 'debug.status')
    const before = peak()
    // Behind the last part it passes the limit, and stands until it is ended for that.
    for (let part = 0; part < stops - 1; part++) {
      t.match(at, { status: 'stopped', stop: { reason: 'breakpoint' } })
      t.match(await evaluate(debug, 'part'), { value: `${part}` })
      t.match(await state(debug, 'debug.next'), { status: 'stopped', stop: { reason: 'step' } })
      at = await state(debug, 'debug.continue')
    }
    const row = await rig.ended(debug.command)
    t.match(row, { status: 'failed', failure_json: /"output_limit"/, truncated: 1 })
    t.match(await state(debug, 'debug.status'), { end: { reason: 'limit_passed' } })
    const log = rig.files.log(session.id, debug.command, stream)
    t.equal(statSync(log).size, most, 'the log is cut')
    t.ok(peak() - before < 64 * mebibyte, `the runner took ${(peak() - before) / mebibyte} MiB more`)
  })

/** The most memory that a process has had so far, in bytes. */
function peakMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1')
  return Number(/^VmHWM:\s*(\d+) kB/m.exec(status)?.[1]) * 1_024
}
