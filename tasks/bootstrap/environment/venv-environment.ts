import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeDirectory } from '../../../lib/make-directory.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { Bench } from './bench.ts'
import { hasDebugpy, installDebugpy } from './debugpy.ts'
import { identityOf } from './identity.ts'
import { runLong } from './long-command.ts'
import { bestPython, findPythons, type HostPython } from './python.ts'
import { pythonVariables } from './python-variables.ts'
import type { EnvironmentRequest } from './request.ts'
import { fingerprintOf, readStamp, removeEnvironment, type Stamp, writeStamp } from './stamp.ts'

const deadlineMs = 5 * 60_000
const silenceMs = 3 * 60_000

/** Of all that a venv is made from; undefined where its Python is gone. */
export function venvFingerprint({ pythonVersion }: EnvironmentRequest, base: string): string | undefined {
  const identity = identityOf(base)
  return identity === undefined ? undefined : fingerprintOf('venv', base, identity, pythonVersion)
}

/**
 * Makes a venv where it stays, for it cannot be moved; what is there without a stamp is removed first. `instead`: it
 * takes the place of conda, and then anything is better than nothing, such as a venv without pip.
 */
export async function makeVenv(
  request: EnvironmentRequest,
  { instead }: { instead: boolean },
  bench: Bench,
): Promise<{ stamp: Stamp; warnings: string[] }> {
  const { prefix, pythonVersion, name } = request
  const python = bestPython(
    await findPythons(pythonVersion, bench.environment.PATH, bench.exec),
    pythonVersion,
  )
  if (python === undefined)
    throw new UserError('there is no python3 on PATH to make a venv with', {
      fix: 'install it, for example: apt-get install python3 python3-venv; or set environment.manager = "none"',
    })
  if (!python.ensurepip && !instead) throw withoutVenv(python)
  const fingerprint = venvFingerprint(request, python.base)
  if (fingerprint === undefined) throw new UserError(`${python.base} went away just now`)
  const before = readStamp(prefix)
  if (before?.manager === 'venv' && before.fingerprint === fingerprint) return { stamp: before, warnings: [] }
  if (existsSync(prefix))
    bench.log(`${prefix} ${before === undefined ? 'was not finished' : 'is made of something else'}: removed`)
  await removeEnvironment(prefix)
  makeDirectory(dirname(prefix))
  bench.log(`making a venv in ${prefix} with Python ${python.version} (${python.base})`)
  await runLong(bench, {
    what: `${python.path} -m venv`,
    file: python.path,
    args: ['-m', 'venv', '--prompt', name, ...(python.ensurepip ? [] : ['--without-pip']), prefix],
    env: pythonVariables,
    deadlineMs,
    silenceMs,
    fix: `on Debian and Ubuntu it needs ${venvPackages(python)}`,
  })
  const warnings = python.ensurepip
    ? []
    : [
        `the venv has no pip, for ${python.path} cannot bring it; install ${venvPackages(python)}, and run this again`,
      ]
  const failure = python.ensurepip ? await debugpyInto(prefix, bench) : 'there is no pip'
  const missing = hasDebugpy(prefix) ? [] : ['debugpy']
  if (missing.length > 0) bench.log(`debugpy could not be installed: ${failure}`)
  const stamp: Stamp = {
    manager: 'venv',
    fingerprint,
    base: python.base,
    python: python.version,
    missing,
    instead,
  }
  await writeStamp(prefix, stamp)
  return { stamp, warnings }
}

async function debugpyInto(prefix: string, bench: Bench): Promise<string | undefined> {
  bench.progress('installing debugpy')
  return installDebugpy(prefix, bench)
}

function withoutVenv(python: HostPython): UserError {
  return new UserError(`${python.path} (Python ${python.version}) cannot make a venv: it has no ensurepip`, {
    fix: `install ${venvPackages(python)}, for example: apt-get install python3-venv`,
  })
}

/** Debian's name for it, and that of the very version. */
const venvPackages = ({ version }: HostPython): string =>
  `python3-venv (or python${version.split('.').slice(0, 2).join('.')}-venv)`
