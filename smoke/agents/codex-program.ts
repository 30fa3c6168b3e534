import { existsSync, globSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

export type CodexProgram = { found: true; path: string } | { found: false; reason: string }

/**
 * The native Codex: the one that DEBUG_SERVER_CODEX names, else `codex` on PATH. npm's package puts a launcher there
 * that starts the native program from a package beside it; that program is taken, for the launcher costs a start of Node
 * and is one process more to end.
 */
export function findCodex(environment: Readonly<Record<string, string | undefined>>): CodexProgram {
  const named = environment.DEBUG_SERVER_CODEX
  const candidate =
    named ??
    (environment.PATH ?? '')
      .split(delimiter)
      .map(directory => join(directory, 'codex'))
      .find(path => existsSync(path))
  if (candidate === undefined)
    return {
      found: false,
      reason: 'Codex is not installed: npm install --global @openai/codex, or name it in DEBUG_SERVER_CODEX',
    }
  if (!existsSync(candidate))
    return { found: false, reason: `DEBUG_SERVER_CODEX names ${candidate}, and there is no such file` }
  const path = realpathSync(candidate)
  if (!path.endsWith('.js')) return { found: true, path }
  const native = nativeBeside(path)
  return native === undefined
    ? { found: false, reason: `${path} has no Codex for this system beside it: install @openai/codex anew` }
    : { found: true, path: native }
}

function nativeBeside(launcher: string): string | undefined {
  const name = `@openai/codex-${process.platform}-${process.arch}/package.json`
  try {
    const directory = dirname(createRequire(launcher).resolve(name))
    return globSync('vendor/*/bin/codex', { cwd: directory }).map(file => join(directory, file))[0]
  } catch {
    return undefined
  }
}
