import { readFileSync } from 'node:fs'
import { condaFingerprint } from './conda-environment.ts'
import { findConda } from './conda-tool.ts'
import { readEnvironmentFile } from './environment-file.ts'
import { inspectInstallation } from './installation.ts'
import { satisfies } from './python.ts'
import type { EnvironmentRequest } from './request.ts'
import { readStamp, type Stamp } from './stamp.ts'
import { venvFingerprint } from './venv-environment.ts'

/**
 * The environment that is there, if it is whole and made from what the settings ask for now: judged by files alone, so
 * that a run with nothing to do starts no process. What conda has made stays in a shell that does not set conda up, as
 * long as that conda is where it was: it runs without. A venv that was made in the place of conda stays until a conda is
 * there; whether one could be downloaded by now is not asked each time.
 */
export function upToDate(request: EnvironmentRequest, searchPath: string | undefined): Stamp | undefined {
  const stamp = readStamp(request.prefix)
  if (stamp === undefined) return undefined
  switch (stamp.manager) {
    case 'conda': {
      if (request.manager === 'venv') return undefined
      const tool = condaAtHand(request, searchPath)
      if (tool !== undefined && tool !== stamp.tool) return undefined
      return stamp.fingerprint === condaFingerprint(request, stamp.tool) ? stamp : undefined
    }
    case 'venv': {
      if (request.manager === 'conda') return undefined
      if (request.manager === 'auto' && condaAtHand(request, searchPath) !== undefined) return undefined
      // A Python of another version than asked for stays only until a better one is found.
      if (!satisfies(stamp.python, request.pythonVersion)) return undefined
      return stamp.fingerprint === venvFingerprint(request, stamp.base) ? stamp : undefined
    }
  }
}

/** The conda that would be used without installing one. Nothing is run. */
export function condaAtHand(request: EnvironmentRequest, searchPath: string | undefined): string | undefined {
  const onPath = findConda(request.condaCommand, searchPath)
  if (onPath !== undefined) return onPath
  const there = inspectInstallation(request.installPath, request.artifacts)
  return there.kind === 'whole' || there.kind === 'foreign' ? there.conda : undefined
}

/** What the environment file asks for that a venv does not have. */
export function lostWithoutConda({ environmentFile }: EnvironmentRequest): string[] {
  try {
    const file = readEnvironmentFile(readFileSync(environmentFile, 'utf8'))
    if (file.kind === 'unreadable') return []
    return file.dependencies
      .map(({ name }) => name)
      .filter(name => !['python', 'pip', 'debugpy'].includes(name))
  } catch {
    return []
  }
}
