import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { type FinalResults, Parser, type Result } from 'tap-parser'
import { ProcessScope } from '../../lib/processes/process-scope.ts'
import type { Failure, FileResult } from './test-result.ts'

/** How long one test file may take, in milliseconds. */
const fileDeadline = 300_000

/** An option of Node and no variable, which what a test starts would inherit. */
const prepareTest = ['--import', new URL('prepare-test.mjs', import.meta.url).href]

export type FileRunOptions = {
  /** Owns the file's processes as well, and ends them where the file's own scope cannot. */
  scope: ProcessScope
  signal: AbortSignal
  skipAllowed(reason: string): boolean
}

/** Runs one file with this Node and reads the TAP that it prints. */
export async function runTestFile(root: string, file: string, options: FileRunOptions): Promise<FileResult> {
  const { signal, skipAllowed } = options
  const start = performance.now()
  await using scope = new ProcessScope({ graceMs: 2_000, within: options.scope })
  const child = scope.spawn(process.execPath, [...prepareTest, file], {
    cwd: root,
    // tap gives up a file after 30 s otherwise; a little before ours, so that it can say which test it was.
    env: { ...process.env, TAP_TIMEOUT: String(fileDeadline / 1000 - 10) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-20_000)
  })
  const parser = new Parser()
  const passed: Result[] = []
  const skipped: FileResult['skipped'] = []
  const failures: Failure[] = []
  collect(parser, [], { passed, skipped, failures })
  const parsed = new Promise<FinalResults>(resolve => parser.once('complete', resolve))
  child.stdout?.pipe(parser)

  const stop = AbortSignal.any([signal, AbortSignal.timeout(fileDeadline)])
  const ended = once(child, 'exit').then(() => 'exit' as const)
  const cut = new Promise<'cut'>(resolve =>
    stop.addEventListener('abort', () => resolve('cut'), { once: true }),
  )
  const how = await Promise.race([ended, cut])
  const left = how === 'exit' ? await survivors(scope) : []
  await scope.end()
  const final = await parsed

  if (how === 'cut' && !signal.aborted)
    failures.push({ name: file, detail: `it did not end within ${fileDeadline / 1000} s` })
  if (left.length > 0) failures.push({ name: file, detail: `it left processes behind: ${left.join(', ')}` })
  if (!final.ok && failures.length === 0)
    failures.push({ name: file, detail: `its plan does not hold: ${JSON.stringify(final.failures)}` })
  const code = child.exitCode ?? child.signalCode
  if (how === 'exit' && code !== 0 && failures.length === 0)
    failures.push({ name: file, detail: `exit ${code}` })
  if (how === 'exit' && passed.length + skipped.length + failures.length === 0)
    failures.push({ name: file, detail: 'it tested nothing' })
  // An error that nobody has caught ends a file, and stands there alone.
  const last = failures.at(-1)
  if (last !== undefined && errors !== '') last.detail += `\n${errors}`
  for (const { name, reason } of skipped)
    if (!skipAllowed(reason))
      failures.push({ name, detail: `skipped, which fails in CI: ${reason || '(no reason given)'}` })
  return {
    file,
    milliseconds: performance.now() - start,
    passed: passed.length,
    skipped,
    failures,
    before: [],
  }
}

/** Processes that are about to end by themselves get an instant to do so. */
async function survivors(scope: ProcessScope): Promise<number[]> {
  for (let look = 0; look < 10; look++) {
    const pids = await scope.survivors()
    if (pids.length === 0) return []
    await delay(50)
  }
  return scope.survivors()
}

type Collected = { passed: Result[]; skipped: FileResult['skipped']; failures: Failure[] }

/** Gathers the assertions of a parser and of its subtests; a subtest's own summary line counts only when it says more. */
function collect(parser: Parser, path: readonly string[], into: Collected): void {
  parser.on('child', child => collect(child, [...path, child.name], into))
  parser.on('assert', (result: Result) => {
    const name = [...path, result.name].filter(part => part !== '').join(' › ')
    if (result.skip !== false && result.skip !== undefined)
      into.skipped.push({ name, reason: result.skip === true ? '' : String(result.skip) })
    else if (result.ok || result.todo) {
      if (!result.closingTestPoint) into.passed.push(result)
    } else if (!result.closingTestPoint || into.failures.length === 0)
      into.failures.push({ name, detail: JSON.stringify(result.diag ?? {}, null, 2) })
  })
  parser.on('bailout', reason =>
    into.failures.push({ name: path.join(' › '), detail: `bailed out: ${reason}` }),
  )
}
