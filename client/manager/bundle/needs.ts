import { basename } from 'node:path'
import { variablesIn } from '../../../config/expand.ts'
import type { ServerSettings } from '../../../config/mcp/schema.ts'
import { isThere } from '../operations/on-path.ts'
import type { Place } from '../operations/place.ts'

export type Needs = {
  /** Without these it could not be started. */
  readonly missing: readonly string[]
  /** What is worth to be known before it is. */
  readonly warnings: readonly string[]
}

/** What a server needs of this machine, and what of that is not there. */
export function needsOf(name: string, server: ServerSettings, place: Place): Needs {
  const { command, args, env, cwd, url, headers, pass_env: passed } = server
  const variables = [
    ...passed,
    ...[command ?? [], args, Object.values(env), cwd ?? [], url ?? [], Object.values(headers)]
      .flat()
      .flatMap(variablesIn),
  ]
  const unset = [...new Set(variables)].filter(one => place.environment[one] === undefined)
  const isProgram = command !== undefined && variablesIn(command).length === 0
  return {
    missing:
      isProgram && !isThere(command, place)
        ? [
            `the server ${name} needs the program ${command}, which is not there: install it, or take the server out of the bundle`,
          ]
        : [],
    warnings: [
      ...unset.map(
        one =>
          `the server ${name} needs the variable ${one}: set it before "npx task up", or before "npx task reload proxy"`,
      ),
      ...(server.builtin === 'grep' && !isThere('rg', place)
        ? ['grep: ripgrep (rg) is not installed, so that searches take longer; it is used once it is']
        : []),
      ...(command !== undefined && isUnpinned(command, args)
        ? [
            `the server ${name} runs a package without its version, so that it may be another one tomorrow: name one, as PACKAGE@1.2.3`,
          ]
        : []),
    ],
  }
}

/** Whether a program fetches whatever version of a package there is. */
function isUnpinned(command: string, args: readonly string[]): boolean {
  if (!['npx', 'uvx', 'bunx'].includes(basename(command))) return false
  const name = args.find(one => !one.startsWith('-')) ?? ''
  return !/.(?:@|==)\d/.test(name)
}
