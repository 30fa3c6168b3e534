import { isAbsolute, join, relative } from 'node:path'

type Build = {
  readonly worktree: string
  /** Where it is built, and what becomes of that. */
  readonly buildDirectory: string
  readonly output: string
}

/** What go says of a file, from where it was built on. */
const place = /^(\.{1,2}\/\S*?)(?=:\d+:)/gm

/** What a build said, files by their names in the worktree, and without where Delve would have put the program. */
export function buildErrors(said: string, { output, buildDirectory, worktree }: Build): string {
  return said.replaceAll(` -o ${output}`, '').replaceAll(place, file => {
    const path = join(buildDirectory, file)
    const name = relative(worktree, path)
    return name.startsWith('../') || isAbsolute(name) ? path : name
  })
}
