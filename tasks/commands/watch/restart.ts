import { readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { restartsVariable } from './restarts.ts'

export interface Restart {
  /** As they were when this process began. */
  readonly environment: NodeJS.ProcessEnv
  readonly cwd: string
  readonly restarts: number
}

/**
 * Puts this program, with the words that it was started with, in the place of itself: the same process, with nothing of what
 * it had loaded. All that it has started must have ended.
 */
export function restart({ environment, cwd, restarts }: Restart): never {
  const [file, ...args] = commandLine()
  if (process.execve === undefined) throw new Error('this system cannot start a program anew')
  flushCompileCache()
  process.chdir(cwd)
  const words = [process.execPath, ...args]
  process.execve(file ?? process.execPath, words, { ...environment, [restartsVariable]: String(restarts) })
  throw new Error('unreachable')
}

/** The launcher's words are among them, which `process.argv` has lost; there only Linux tells. */
function commandLine(): readonly string[] {
  const { execPath, execArgv, argv } = process
  if (process.platform !== 'linux') return [execPath, ...execArgv, ...argv.slice(1)]
  const words = readFileSync('/proc/self/cmdline', 'utf8').split('\0').slice(0, -1)
  return [execPath, ...words.slice(1)]
}
