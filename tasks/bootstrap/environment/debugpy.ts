import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../../engine/command-error.ts'
import type { Exec } from '../../engine/context.ts'
import type { Bench } from './bench.ts'
import { pythonVariables } from './python-variables.ts'
import { pythonIn } from './stamp.ts'

const deadlineMs = 3 * 60_000

/** Whether an environment holds debugpy, without running its Python. */
export function hasDebugpy(prefix: string): boolean {
  try {
    return readdirSync(join(prefix, 'lib'))
      .filter(name => name.startsWith('python3'))
      .some(name => existsSync(join(prefix, 'lib', name, 'site-packages', 'debugpy', '__init__.py')))
  } catch {
    return false
  }
}

/** By pip, from the index that its own configuration names. Returns why it could not, or undefined. */
export async function installDebugpy(prefix: string, bench: Bench): Promise<string | undefined> {
  const args = ['install', '--disable-pip-version-check', '--no-input', '--retries', '1', '--timeout', '15']
  try {
    const { exitCode, stderr, stdout } = await bench.exec(
      pythonIn(prefix),
      ['-m', 'pip', ...args, 'debugpy'],
      {
        check: false,
        timeoutMs: deadlineMs,
        env: {
          ...bench.variables,
          ...pythonVariables,
          // These would put it elsewhere.
          PIP_USER: undefined,
          PIP_TARGET: undefined,
          PIP_PREFIX: undefined,
        },
      },
    )
    if (exitCode === 0 && hasDebugpy(prefix)) return undefined
    return lastError(stderr) ?? lastError(stdout) ?? `pip ended with ${exitCode} and installed nothing`
  } catch (error) {
    bench.signal.throwIfAborted()
    if (error instanceof CommandError) return error.message
    throw error
  }
}

function lastError(output: string): string | undefined {
  const lines = output.split('\n').map(line => line.trim())
  return (lines.findLast(line => line.startsWith('ERROR:')) ?? lines.findLast(line => line !== ''))?.replace(
    /^ERROR: /,
    '',
  )
}

/** Who else has debugpy: the debugger looks for it outside the environment as well. */
export async function debugpyElsewhere(exec: Exec): Promise<string | undefined> {
  for (const python of ['/usr/bin/python3', 'python3']) {
    if (python.startsWith('/') && !existsSync(python)) continue
    try {
      const { exitCode } = await exec(python, ['-c', 'import debugpy'], {
        output: 'capture',
        check: false,
        timeoutMs: 20_000,
      })
      if (exitCode === 0) return python
    } catch {
      // It is not there, or does not answer: the next one may.
    }
  }
  return undefined
}
