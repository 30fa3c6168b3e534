import { existsSync } from 'node:fs'
import type { BootstrapSettings } from '../../../config/schema.ts'
import { sessionEnvironment } from '../../../config/session-environment.ts'
import { openWorkspace } from '../../../config/workspace.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { Finding } from '../../check/finding.ts'
import type { Exec } from '../../engine/context.ts'
import { condaFileOf } from './conda-environment.ts'
import { findConda, probeConda } from './conda-tool.ts'
import { hasDebugpy } from './debugpy.ts'
import { installerFor } from './installer.ts'
import { summaryOf } from './prepare-environment.ts'
import { askPython, bestPython, findPythons, satisfies } from './python.ts'
import { type EnvironmentRequest, requestOf } from './request.ts'
import { pythonIn, readStamp, type Stamp } from './stamp.ts'
import { condaAtHand, upToDate } from './up-to-date.ts'

type Environment = Readonly<Record<string, string | undefined>>

const what = 'environment'
const bootstrap = 'npx task bootstrap'

/** Whether the environment is there, whole, up to date and runs; else what bootstrap would do. Writes nothing. */
export async function inspectEnvironment(
  root: string,
  settings: BootstrapSettings,
  environment: Environment,
  exec: Exec,
  signal: AbortSignal,
): Promise<Finding[]> {
  try {
    const request = requestOf(settings, openWorkspace(root, environment))
    if (request.manager === 'none') return [{ what, verdict: 'ok', detail: 'none is asked for' }]
    const stamp = readStamp(request.prefix)
    return stamp === undefined
      ? [await absent(request, environment, exec)]
      : await present(request, stamp, environment, exec)
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof UserError)
      return [{ what, verdict: 'failed', detail: error.message, fix: error.fix }]
    throw error
  }
}

async function present(
  request: EnvironmentRequest,
  stamp: Stamp,
  environment: Environment,
  exec: Exec,
): Promise<Finding[]> {
  const { prefix, pythonVersion } = request
  const python = await askPython(pythonIn(prefix), exec)
  if (python === undefined)
    return [
      {
        what,
        verdict: 'failed',
        detail: `${pythonIn(prefix)} does not run`,
        fix: `rm -r ${prefix}; ${bootstrap}`,
      },
    ]
  return [await standing(request, stamp, environment), pythonFinding(), debugpyFinding(prefix)]

  function pythonFinding(): Finding {
    const fits = satisfies(stamp.python, pythonVersion)
    return {
      what: 'python',
      verdict: fits ? 'ok' : 'warning',
      detail: fits ? stamp.python : `${stamp.python}, but environment.python_version is ${pythonVersion}`,
      ...(fits ? {} : { fix: `install Python ${pythonVersion}, then: ${bootstrap}` }),
    }
  }
}

async function standing(request: EnvironmentRequest, stamp: Stamp, { PATH }: Environment): Promise<Finding> {
  const summary = summaryOf(request, stamp)
  if (upToDate(request, PATH) === undefined && satisfies(stamp.python, request.pythonVersion)) {
    requireCondaFile(request, PATH)
    return { what, verdict: 'warning', detail: `${summary}: out of date`, fix: bootstrap }
  }
  if (sessionEnvironment(request.root)?.prefix !== request.prefix)
    return { what, verdict: 'warning', detail: `${summary}: not yet that of sessions`, fix: bootstrap }
  if (stamp.manager === 'venv' && stamp.instead)
    return { what, verdict: 'ok', detail: `${summary}, in the place of conda` }
  return { what, verdict: 'ok', detail: summary }
}

function debugpyFinding(prefix: string): Finding {
  return hasDebugpy(prefix)
    ? { what: 'debugpy', verdict: 'ok', detail: 'in the environment' }
    : {
        what: 'debugpy',
        verdict: 'warning',
        detail: 'not in the environment',
        fix: `${pythonIn(prefix)} -m pip install debugpy`,
      }
}

/** What bootstrap would do, as far as it can be told without asking a server. */
async function absent(request: EnvironmentRequest, environment: Environment, exec: Exec): Promise<Finding> {
  const begun = existsSync(request.prefix) ? 'it was not finished' : 'not made yet'
  const would = (detail: string): Finding => ({
    what,
    verdict: 'warning',
    detail: `${begun}; bootstrap would ${detail}`,
    fix: bootstrap,
  })
  if (request.manager === 'venv') return venvOutlook(request, environment, exec, would)
  findConda(request.condaCommand, environment.PATH) // throws for a path that leads nowhere
  requireCondaFile(request, environment.PATH)
  const conda = condaAtHand(request, environment.PATH)
  if (conda !== undefined) {
    const probe = await probeConda(conda, exec)
    if (probe.kind === 'broken')
      return {
        what,
        verdict: 'failed',
        detail: `${probe.path} does not work: ${probe.reason}`,
        fix: 'repair it, take it off PATH, or set environment.manager = "venv"',
      }
    return would(`make it with ${probe.tool.path} ${probe.tool.version}`)
  }
  const installer = installerFor(request, process.platform, process.arch)
  if (installer.kind === 'available') {
    const otherwise = request.manager === 'auto' ? ', or make a venv when that cannot be reached' : ''
    return would(`install Miniconda from ${URL.parse(installer.url)?.host ?? installer.url}${otherwise}`)
  }
  if (request.manager === 'auto') return venvOutlook(request, environment, exec, would)
  return {
    what,
    verdict: 'failed',
    detail: installer.reason,
    fix: 'install conda, or set environment.manager = "venv"',
  }
}

/** Throws what bootstrap would fail with where the environment file is of no use to conda, and conda is what is used. */
function requireCondaFile(request: EnvironmentRequest, searchPath: string | undefined): void {
  if (request.manager === 'venv') return
  if (request.manager === 'conda' || condaAtHand(request, searchPath) !== undefined) condaFileOf(request)
}

async function venvOutlook(
  { pythonVersion, manager }: EnvironmentRequest,
  { PATH }: Environment,
  exec: Exec,
  would: (detail: string) => Finding,
): Promise<Finding> {
  const python = bestPython(await findPythons(pythonVersion, PATH, exec), pythonVersion)
  if (python === undefined)
    return {
      what,
      verdict: 'failed',
      detail: 'there is no python3 on PATH',
      fix: 'apt-get install python3 python3-venv',
    }
  if (!python.ensurepip && manager === 'venv')
    return {
      what,
      verdict: 'failed',
      detail: `${python.path} cannot make a venv: it has no ensurepip`,
      fix: 'apt-get install python3-venv',
    }
  return would(`make a venv with Python ${python.version} (${python.path})`)
}
