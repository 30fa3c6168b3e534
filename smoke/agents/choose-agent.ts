import { existsSync, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { which } from '../../lib/which.ts'
import type { SmokeOptions } from '../options.ts'
import type { AgentSetting } from '../setting.ts'
import { type CodexHome, isSignedIn, readCodexHome } from './codex-mirror.ts'
import { findCodex } from './codex-program.ts'

type Surroundings = {
  readonly cwd: string
  /** The person's. */
  readonly home: string
  /** Where the program of a Codex that is fetched will be. */
  readonly fetched: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Who does the stages of a run. */
export type Chosen = { readonly agent: AgentSetting; readonly codexHome?: CodexHome }

/** Codex where it is installed or named, with whom it is led by, and otherwise the client that needs nothing. */
export function chooseAgent(options: SmokeOptions, surroundings: Surroundings): Chosen {
  const { agent, codexCli, fetchCodex, model } = options
  const { environment } = surroundings
  if (agent === 'none' || agent === 'mcp') return { agent: { kind: agent } }
  if (agent === 'opencode') return { agent: { kind: agent, program: opencodeIn(environment) } }
  if (fetchCodex) return ledBy(surroundings.fetched, options, surroundings)
  const program = codexCli === undefined ? undefined : programOf(codexCli, environment.PATH)
  if (codexCli !== undefined && program === undefined)
    throw new UserError(`there is no ${codexCli}, which --codex-cli names`, {
      fix: 'name the program of Codex',
    })
  const named = program ?? environment.DEBUG_SERVER_CODEX
  const codex = findCodex(named === undefined ? environment : { ...environment, DEBUG_SERVER_CODEX: named })
  if (codex.found) return ledBy(codex.path, options, surroundings)
  if (agent === undefined && named === undefined && model === undefined) return { agent: { kind: 'mcp' } }
  throw new UserError(codex.reason, {
    fix: 'install it, name it with --codex-cli, add --fetch-codex, or use --agent mcp',
  })
}

/** A live model only where somebody can pay for it, and nobody else has to. */
function ledBy(
  program: string,
  { model, codexHome }: SmokeOptions,
  { cwd, home, environment }: Surroundings,
): Chosen {
  const directory =
    codexHome === undefined ? environment.CODEX_HOME || join(home, '.codex') : resolve(cwd, codexHome)
  if (codexHome !== undefined && statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UserError(`there is no directory ${directory}, which --codex-home names`, {
      fix: 'name a CODEX_HOME, such as ~/.codex',
    })
  const inCi = (environment.CI ?? '') !== '' && environment.CI !== 'false'
  const isLive = model === undefined ? !inCi && isSignedIn(directory, environment) : model === 'live'
  const agent = { kind: 'codex', program, model: isLive ? 'live' : 'scripted' } as const
  return isLive ? { agent, codexHome: readCodexHome(directory, environment) } : { agent }
}

/** Which opencode: the one that DEBUG_SERVER_OPENCODE names, else that on PATH. */
function opencodeIn({ DEBUG_SERVER_OPENCODE: named, PATH = '' }: Surroundings['environment']): string {
  const program = which(named ?? 'opencode', PATH)
  if (program !== undefined) return resolve(program)
  throw new UserError(
    named === undefined
      ? 'opencode is not installed'
      : `DEBUG_SERVER_OPENCODE names ${named}, and there is no such program`,
    { fix: 'npm install --global opencode-ai, or name its program in DEBUG_SERVER_OPENCODE' },
  )
}

/** A file, or what a shell would find by that name. */
function programOf(name: string, path = ''): string | undefined {
  if (existsSync(name)) return name
  if (name.includes('/')) return undefined
  return path
    .split(delimiter)
    .map(directory => join(directory, name))
    .find(file => existsSync(file))
}
