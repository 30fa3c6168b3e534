import type { CommandFailure } from '../../contract/command-state.ts'
import { findExecutable } from './find-executable.ts'

/** What a shell finds by itself, so that it says nothing about it when it is not on PATH. POSIX, and what is common. */
const builtins = new Set(
  `. : [ alias bg break builtin cd command continue declare echo eval exec exit export false fc fg getopts hash help
  history jobs kill let local logout printf pwd read readonly return set shift shopt source suspend test time times trap
  true type typeset ulimit umask unalias unset wait if then else elif fi for while until do done case esac function in
  select`.split(/\s+/),
)

/** One program and plain words: nothing that the shell would expand, join or redirect. */
const plainLine = /^[ \t]*([\w./+-]+)(?:[ \t]+[\w./:,@%+=-]+)*[ \t]*$/

/** The program that a shell line runs, where the line is nothing but one call of it. */
export function soleProgram(line: string): string | undefined {
  const program = plainLine.exec(line)?.[1]
  return program === undefined || builtins.has(program) ? undefined : program
}

/**
 * Why a shell line ended with 126 or 127, where that is certain: the one program that it calls is not there. Any other
 * line may have these codes from a program of its own, and keeps just its exit code.
 */
export async function missingProgram(
  line: string,
  exitCode: number,
  path: string,
  directory: string,
  shows: (path: string) => boolean,
): Promise<CommandFailure | null> {
  const program = exitCode === 126 || exitCode === 127 ? soleProgram(line) : undefined
  if (program === undefined) return null
  const found = await findExecutable(program, path, directory, shows)
  return found.found ? null : { reason: found.reason, message: found.message }
}
