import { glob } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { ProcessScope } from '../../lib/processes/process-scope.ts'
import { UserError } from '../../lib/user-error.ts'
import { runTestFile } from './run-test-file.ts'
import { describeFile, type FileResult, totals } from './test-result.ts'

export type TestRun = {
  root: string
  /** Files or directories; empty means all. */
  files: readonly string[]
  jobs: number
  scope: ProcessScope
  signal: AbortSignal
  log(line: string): void
  progress(text: string): void
  print(text: string): void
  skipAllowed(reason: string): boolean
}

/**
 * Runs test files side by side, each in a process and a process scope of its own, so that what a test leaves behind is
 * seen, ended and counted as its failure. Ends with the line `N passed, N failed, N skipped`.
 */
export async function runTests(run: TestRun): Promise<void> {
  const files = await testFiles(run.root, run.files)
  const results: FileResult[] = []
  const waiting = [...files]
  const worker = async () => {
    for (let file = waiting.shift(); file !== undefined && !run.signal.aborted; file = waiting.shift()) {
      run.progress(`${results.length} of ${files.length} files, ${file}`)
      const result = await runTestFile(run.root, file, run)
      results.push(result)
      for (const line of describeFile(result)) run.log(line)
    }
  }
  await Promise.all(Array.from({ length: run.jobs }, worker))
  run.signal.throwIfAborted()
  const { passed, failed, skipped } = totals(results)
  run.print(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
  if (failed > 0)
    throw new UserError(
      `failed: ${results
        .filter(result => result.failures.length > 0)
        .map(({ file }) => file)
        .join(', ')}`,
    )
}

async function testFiles(root: string, wanted: readonly string[]): Promise<string[]> {
  const patterns = wanted.length === 0 ? ['tests/**/*.test.ts'] : wanted.map(name => asPattern(root, name))
  const found = new Set<string>()
  for (const pattern of patterns) {
    const before = found.size
    for await (const file of glob(pattern, {
      cwd: root,
      exclude: ['**/node_modules/**', 'tests/fixtures/**'],
    }))
      found.add(file)
    if (found.size === before) throw new UserError(`no test file is named ${pattern}`)
  }
  return [...found].sort(longestFirst)
}

/** A file as it is, a directory as all tests in it; both may be given relative to where one stands. */
function asPattern(root: string, name: string): string {
  const path = relative(root, resolve(name))
  return path.endsWith('.ts') ? path : join(path, '**/*.test.ts')
}

/** End-to-end tests take longest; begun first, they do not hold up the end. */
const longestFirst = (one: string, other: string): number =>
  weight(other) - weight(one) || one.localeCompare(other)
const weight = (file: string): number =>
  file.startsWith('tests/end-to-end/') ? 2 : file.startsWith('tests/client/') ? 1 : 0
