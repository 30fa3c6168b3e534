import type { ProcessScope } from '../../lib/processes/process-scope.ts'
import { UserError } from '../../lib/user-error.ts'
import { runTestFile } from './run-test-file.ts'
import { testFiles } from './test-files.ts'
import { describeFailures, describeFile, type FileResult, totals } from './test-result.ts'

/** Files that may be tried again. Where more of them fail, something is broken, and no bad luck. */
const mostTriedAgain = 5

export type TestRun = {
  root: string
  /** Files or directories; empty means all. */
  files: readonly string[]
  jobs: number
  /** How often a file that fails is tried again, alone, when the others have ended. */
  retries: number
  scope: ProcessScope
  signal: AbortSignal
  log(line: string): void
  progress(text: string): void
  print(text: string): void
  skipAllowed(reason: string): boolean
}

/**
 * Runs test files side by side, each in a process and a process scope of its own, so that what a test leaves behind is
 * seen, ended and counted as its failure. A file that fails first and passes alone is named as flaky. Ends with what has
 * failed, once more, and the line `N passed, N failed, N skipped`.
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
  await tryAgain(run, results)
  run.signal.throwIfAborted()
  for (const line of results.flatMap(describeFailures)) run.log(line)
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

/** Puts the results of the files that have failed in place of the first ones. */
async function tryAgain(run: TestRun, results: FileResult[]): Promise<void> {
  for (let attempt = 0; attempt < run.retries; attempt++) {
    const failed = results.filter(({ failures }) => failures.length > 0)
    if (failed.length > mostTriedAgain) return
    for (const first of failed) {
      if (run.signal.aborted) return
      run.progress(`again, alone: ${first.file}`)
      const again = await runTestFile(run.root, first.file, run)
      results[results.indexOf(first)] = { ...again, before: [...first.before, ...first.failures] }
      for (const line of describeFile(again)) run.log(`again: ${line}`)
    }
  }
}
