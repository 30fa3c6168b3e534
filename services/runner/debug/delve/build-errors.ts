import { isAbsolute, join, relative } from 'node:path'

type Build = {
  readonly worktree: string
  /** Where it is built, and what becomes of that. */
  readonly buildDirectory: string
  readonly output: string
}

/** What go says of a file, from where it was built on: as `./main.go` or, of what it could not read or import, as `main.go`. */
const place = /^(?!\/)([^\s:]+)(?=:\d+:)/gm

/** How Delve begins what go has said, and go what it says of a package. */
const begins = /^Build Error: (?<command>go .*)$/
const ofPackage = /^# /

/**
 * That it does not build, the compiler's first error before all others, files by their names in the worktree, and without where
 * Delve would have put the program; undefined where no build has said anything.
 */
export function buildErrors(said: string, { output, buildDirectory, worktree }: Build): string | undefined {
  const [first = '', ...others] = said.trim().split('\n')
  const command = begins.exec(first)?.groups?.command
  if (command === undefined) return undefined
  const errors = others
    .filter(line => line.trim() !== '' && !ofPackage.test(line))
    .join('\n')
    .replace(/ \(exit status \d+\)$/, '')
    .replaceAll(place, file => {
      const path = join(buildDirectory, file)
      const name = relative(worktree, path)
      return name.startsWith('../') || isAbsolute(name) ? path : name
    })
    .replaceAll(`${worktree}/`, '')
  const built = command.replace(` -o ${output}`, '').replace('-gcflags all=-N -l', "-gcflags 'all=-N -l'")
  return `it does not build: ${errors === '' ? 'go says nothing more' : errors}\n(${built})`
}
