import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { Enclosure } from '../sandbox/enclosure.ts'
import { withOptions } from '../sandbox/open-options.ts'
import type { Program } from '../sandbox/sandbox.ts'
import { outputOf } from './output-of.ts'

const askMs = 10_000

/**
 * What a program says of itself: its standard output; undefined where it says nothing in time, or too much. It runs as far
 * apart as its session's programs do, and not in the worktree, where some take a directory for a part of themselves.
 */
export async function askProgram(
  within: ProcessScope,
  program: Program,
  enclosure: Enclosure,
  signal?: AbortSignal,
): Promise<string | undefined> {
  await using scope = new ProcessScope({ graceMs: 500, within })
  using ready = enclosure.enclose(program, '/')
  const [file = '', ...words] = ready.words
  const child = scope.spawn(file, words, {
    cwd: '/',
    env: ready.environment,
    stdio: withOptions(['ignore', 'pipe', 'ignore'], ready.options),
  })
  const late = AbortSignal.timeout(askMs)
  return await outputOf(child, signal === undefined ? late : AbortSignal.any([signal, late]))
}
