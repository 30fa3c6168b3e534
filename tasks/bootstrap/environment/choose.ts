import type { CondaTool, Probe } from './conda-tool.ts'
import type { Installer } from './installer.ts'

/**
 * Which manager makes the environment, and why. Pure: it is asked again with each fact that is learned, and asks for
 * the next one only when it matters.
 */
export type Facts = {
  readonly onPath: Probe | undefined
  /** A whole one in `conda_install_path`. */
  readonly installed: Probe | undefined
  readonly installer: Installer
  /** Whether the installer can be had; undefined: nobody has tried. */
  readonly download: { kind: 'reachable' } | { kind: 'unavailable'; reason: string } | undefined
}

export type Choice =
  | { kind: 'none'; reason: string }
  | { kind: 'conda'; tool: CondaTool; reason: string }
  | { kind: 'venv'; reason: string; instead: boolean }
  | { kind: 'ask_host'; url: string }
  | { kind: 'install'; url: string }
  | { kind: 'impossible'; reason: string; fix: string }

type Wish = 'auto' | 'conda' | 'venv' | 'none'

export function choose(wish: Wish, { onPath, installed, installer, download }: Facts): Choice {
  switch (wish) {
    case 'none':
      return { kind: 'none', reason: 'environment.manager is "none"' }
    case 'venv':
      return { kind: 'venv', reason: 'environment.manager is "venv"', instead: false }
    case 'auto':
    case 'conda':
  }
  const found = onPath ?? installed
  if (found !== undefined) return judge(found, found === onPath ? 'it is on PATH' : 'it is installed')
  if (installer.kind === 'unsupported') return without(wish, installer.reason)
  if (download?.kind === 'unavailable') return without(wish, download.reason)
  // Who insists on conda waits for the download with all its retries; `auto` finds out soon.
  if (wish === 'auto' && download === undefined) return { kind: 'ask_host', url: installer.url }
  return { kind: 'install', url: installer.url }
}

function judge(probe: Probe, reason: string): Choice {
  switch (probe.kind) {
    case 'usable':
      return { kind: 'conda', tool: probe.tool, reason }
    case 'broken':
      return {
        kind: 'impossible',
        reason: `${probe.path} does not work: ${probe.reason}`,
        fix: 'repair it, take it off PATH, or set environment.manager = "venv" in config/bootstrap.local.toml',
      }
  }
}

function without(wish: 'auto' | 'conda', reason: string): Choice {
  const missing = `conda is not on PATH, and cannot be installed: ${reason}`
  return wish === 'auto'
    ? { kind: 'venv', reason: missing, instead: true }
    : {
        kind: 'impossible',
        reason: missing,
        fix: 'install conda, mamba or micromamba, or set environment.manager = "venv" in config/bootstrap.local.toml',
      }
}
