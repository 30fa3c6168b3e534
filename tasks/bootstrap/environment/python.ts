import { UserError } from '../../../lib/user-error.ts'
import { which } from '../../../lib/which.ts'
import { CommandError } from '../../engine/command-error.ts'
import type { Exec } from '../../engine/context.ts'
import { pythonVariables } from './python-variables.ts'

/** The Pythons of the host, and which of them makes a venv. */
export type HostPython = {
  path: string
  /** What it really runs, behind links and shims. */
  base: string
  version: string
  /** Whether it can put pip into a venv: Debian keeps that in a package of its own. */
  ensurepip: boolean
}

const question = `
import importlib.util, json, os, sys
print(json.dumps({
  'base': os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable),
  'version': '.'.join(map(str, sys.version_info[:3])),
  'ensurepip': importlib.util.find_spec('ensurepip') is not None,
}))`

/** What runs is asked; what does not, such as a shim without a Python behind it, is passed over. */
export async function askPython(path: string, exec: Exec): Promise<HostPython | undefined> {
  try {
    const { stdout } = await exec(path, ['-c', question], {
      output: 'capture',
      timeoutMs: 20_000,
      env: pythonVariables,
    })
    const { base, version, ensurepip }: Record<string, unknown> = JSON.parse(stdout)
    if (typeof base !== 'string' || typeof version !== 'string' || typeof ensurepip !== 'boolean')
      return undefined
    return { path, base, version, ensurepip }
  } catch (error) {
    const expected = [CommandError, UserError, SyntaxError]
    if (expected.some(kind => error instanceof kind)) return undefined
    throw error
  }
}

/** In the order in which they are taken: by the wanted version's name, then as python3. */
export async function findPythons(
  wanted: string,
  searchPath: string | undefined,
  exec: Exec,
): Promise<HostPython[]> {
  const short = wanted.split('.').slice(0, 2).join('.')
  const names = [...(short.includes('.') ? [`python${short}`] : []), 'python3']
  const paths = new Set(names.flatMap(name => which(name, searchPath ?? '') ?? []))
  const found: HostPython[] = []
  for (const path of paths) {
    const python = await askPython(path, exec)
    if (python === undefined || python.version.startsWith('2.')) continue
    found.push(python)
    if (satisfies(python.version, wanted) && python.ensurepip) break
  }
  return found
}

/** 3.11 is satisfied by 3.11.7, never by 3.1 or 3.110. */
export const satisfies = (version: string, wanted: string): boolean =>
  version === wanted || version.startsWith(`${wanted}.`)

/** The version first, then whether it can bring pip: a venv of another Python is the last resort. */
export const bestPython = (pythons: readonly HostPython[], wanted: string): HostPython | undefined =>
  pythons.find(({ version, ensurepip }) => satisfies(version, wanted) && ensurepip) ??
  pythons.find(({ version }) => satisfies(version, wanted)) ??
  pythons.find(({ ensurepip }) => ensurepip) ??
  pythons[0]
