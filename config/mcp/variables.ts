import { variablesIn } from '../expand.ts'
import { readMcp } from './read.ts'

/** The variables that servers behind the gateway are started or reached with, of those that the proxy has. None where there are faults. */
export function mcpVariables(root: string): string[] {
  const read = readMcp(root)
  if (!read.ok) return []
  return Object.values(read.settings.servers).flatMap(
    ({ command, args, env, cwd, url, headers, pass_env: passed }) => [
      ...passed,
      ...[command ?? [], args, Object.values(env), cwd ?? [], url ?? [], Object.values(headers)]
        .flat()
        .flatMap(variablesIn),
    ],
  )
}
