/**
 * Smokes in a row, each of a fresh clone of this checkout: how long they take, in seconds, and what they leave. Ends with 1 where one
 * has failed, or has left a process, or anything in the temporary directory that is theirs alone. SIGINT and SIGTERM are handed on to the
 * one at work, which is waited for, and end the row.
 *
 *     node tests/bench/smoke.ts [RUNS] [FLAG OF SMOKE …]
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { signalExitCodes } from '../../client/cli/exit-codes.ts'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import { evidenceRoot, isNameOfRun } from '../../smoke/evidence/collect.ts'
import type { Summary } from '../../smoke/evidence/summary.ts'
import { workspacesIn } from '../../smoke/workspace/refused-place.ts'
import { median } from './row.ts'
import { sourceRoot } from './source-root.ts'

const evidence = evidenceRoot(sourceRoot)

type Times = {
  readonly whole: number
  readonly install: number
  readonly tests: number
  readonly 'all else': number
  readonly 'longest stage': number
}
const columns = ['whole', 'install', 'tests', 'all else', 'longest stage'] as const

/** With the harness' own start, which its summary does not count. */
function timesOf(whole: number, { phases }: Summary): Times {
  const secondsOf = (wanted: (name: string) => boolean) =>
    phases.flatMap(phase => (wanted(phase.name) && 'ms' in phase ? [phase.ms / 1000] : []))
  const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)
  const install = sum(secondsOf(name => name === 'install'))
  const tests = sum(secondsOf(name => name === 'structural' || name === 'full'))
  const stages = secondsOf(name => name.startsWith('agent:'))
  return {
    whole,
    install,
    tests,
    'all else': whole - install - tests,
    'longest stage': Math.max(0, ...stages),
  }
}

/** What this was told to end with. */
let stopped: 'SIGINT' | 'SIGTERM' | undefined
let atWork: ChildProcess | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    stopped ??= signal
    atWork?.kill(signal)
  })

async function smoke(temporary: string, words: readonly string[]) {
  await using scope = new ProcessScope({ graceMs: 2_000 })
  const begun = performance.now()
  const before = names(evidence)
  const child = scope.spawn(process.execPath, ['tasks/cli.mjs', 'smoke', '--', ...words], {
    cwd: sourceRoot,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'ignore', 'ignore'],
  })
  atWork = child
  await once(child, 'exit')
  atWork = undefined
  const whole = (performance.now() - begun) / 1000
  // What is about to end by itself gets an instant to do so.
  await delay(500)
  const left = [...(await scope.survivors()).map(pid => `process ${pid}`), ...names(temporary)]
  const run = names(evidence).find(name => isNameOfRun(name) && !before.includes(name))
  const summary = run === undefined ? undefined : readSummary(run)
  return { code: child.exitCode, whole, left, run, summary }
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function readSummary(run: string): Summary | undefined {
  try {
    return JSON.parse(readFileSync(join(evidence, run, 'summary.json'), 'utf8'))
  } catch {
    return undefined
  }
}

const line = (cells: readonly string[]) =>
  `${cells.map((cell, at) => cell.padEnd(at === 0 ? 7 : 14)).join('')}`.trimEnd()
const figures = (times: Times) => columns.map(column => times[column].toFixed(1))

const [first = '', ...others] = process.argv.slice(2)
const runs = /^\d+$/.test(first) ? Number(first) : 20
const words = /^\d+$/.test(first) ? others : process.argv.slice(2)
/** Where what is left is looked for, so short that workspaces are made in it and nowhere else. */
const above = workspacesIn(join(tmpdir(), 'smokes-012345')) === '/tmp' ? '/tmp' : tmpdir()
const temporary = mkdtempSync(join(above, 'smokes-'))
const measured: Times[] = []
try {
  console.log(line(['run', ...columns, 'outcome']))
  for (let at = 1; at <= runs && stopped === undefined; at++) {
    const { code, whole, left, run, summary } = await smoke(temporary, words)
    const passed = code === 0 && summary !== undefined && left.length === 0
    if (!passed) process.exitCode = 1
    const outcome = [
      code === 0 ? 'passed' : `exit ${code}: ${summary?.failed?.phase ?? 'no summary'}, see ${run}`,
      ...(left.length === 0 ? [] : [`left ${left.join(', ')}`]),
    ].join('; ')
    const times = summary === undefined ? undefined : timesOf(whole, summary)
    if (passed && times !== undefined) measured.push(times)
    console.log(
      line([String(at), ...(times === undefined ? columns.map(() => '–') : figures(times)), outcome]),
    )
  }
  if (measured.length > 1) {
    const over = (how: (numbers: readonly number[]) => number) =>
      columns.map(column => how(measured.map(times => times[column])).toFixed(1))
    console.log(line(['median', ...over(median)]))
    console.log(line(['most', ...over(numbers => Math.max(...numbers))]))
  }
  console.log(`${measured.length} of ${runs} passed and left nothing`)
  if (stopped !== undefined) process.exitCode = signalExitCodes[stopped]
} finally {
  rmSync(temporary, { recursive: true, force: true })
}
