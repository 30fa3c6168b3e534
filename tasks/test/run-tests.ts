import type { ProcessScope } from '../../lib/processes/process-scope.ts'
import { UserError } from '../../lib/user-error.ts'
import { runTestFile } from './run-test-file.ts'
import { testFiles } from './test-files.ts'
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
  const worker = async (next: () => string | undefined) => {
    for (let file = next(); file !== undefined && !run.signal.aborted; file = next()) {
      run.progress(`${results.length} of ${files.length} files, ${file}`)
      const result = await runTestFile(run.root, file, run)
      results.push(result)
      for (const line of describeFile(result)) run.log(line)
    }
  }
  // Long ones use all of a machine and have deadlines, so that two are better not side by side, and none comes last.
  const throughLong = worker(() => waiting.shift())
  const throughShort = Array.from({ length: run.jobs - 1 }, () => worker(() => waiting.pop()))
  await Promise.all([throughLong, ...throughShort])
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
