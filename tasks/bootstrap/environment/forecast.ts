import { existsSync } from 'node:fs'
import { inspectInstallation } from './installation.ts'
import { installerFor } from './installer.ts'
import { summaryOf } from './prepare-environment.ts'
import type { EnvironmentRequest } from './request.ts'
import { readStamp } from './stamp.ts'
import { condaAtHand, upToDate } from './up-to-date.ts'

/**
 * What a run would make of the environment of sessions, and why: judged by files alone. Whether a conda that is there
 * works, or Miniconda can be downloaded, only the run finds out.
 */
export function environmentForecast(
  request: EnvironmentRequest,
  searchPath: string | undefined,
  host: Host,
): string {
  if (request.manager === 'none') return 'skipped: environment.manager is "none"'
  const there = upToDate(request, searchPath)
  if (there !== undefined) return `up to date: ${summaryOf(request, there)}`
  const fault = obstacle(request, searchPath, host)
  return fault === undefined ? `${means(request, searchPath, host)}: ${whyNot(request)}` : `fails: ${fault}`
}

type Host = { readonly platform: string; readonly arch: string }

/** Why no environment can be made, as far as files tell. A venv needs none of this. */
function obstacle(
  request: EnvironmentRequest,
  searchPath: string | undefined,
  { platform, arch }: Host,
): string | undefined {
  const { manager, installPath, artifacts } = request
  if (manager === 'venv' || condaAtHand(request, searchPath) !== undefined) return undefined
  if (inspectInstallation(installPath, artifacts).kind === 'occupied')
    return `environment.conda_install_path is ${installPath}, which holds something else`
  const installer = installerFor(request, platform, arch)
  if (manager === 'auto' || installer.kind === 'available') return undefined
  return `conda is not on PATH, and cannot be installed: ${installer.reason}`
}

function means(
  request: EnvironmentRequest,
  searchPath: string | undefined,
  { platform, arch }: Host,
): string {
  const { manager, name, installPath, prefix } = request
  if (manager === 'venv') return `makes ${name}, a venv`
  const conda = condaAtHand(request, searchPath)
  if (conda !== undefined)
    return `${readStamp(prefix)?.manager === 'conda' ? 'updates' : 'makes'} ${name} with ${conda}`
  const installer = installerFor(request, platform, arch)
  if (installer.kind === 'unsupported') return `makes ${name}, a venv, for ${installer.reason}`
  const otherwise = manager === 'auto' ? ', or as a venv where it cannot be had' : ''
  return `installs Miniconda in ${installPath} and makes ${name} with it${otherwise}`
}

function whyNot({ prefix }: EnvironmentRequest): string {
  if (readStamp(prefix) !== undefined) return 'the one that is there is made of something else'
  return existsSync(prefix) ? 'the one that is there is not whole' : 'there is none'
}
