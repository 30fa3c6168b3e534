import { UserError } from '../../../lib/user-error.ts'
import { whyUnreachable } from '../download/download.ts'
import { DownloadError, isUnavailable } from '../download/fault.ts'
import type { Bench } from './bench.ts'
import { type Choice, choose, type Facts } from './choose.ts'
import { makeCondaEnvironment } from './conda-environment.ts'
import { findConda, probeConda } from './conda-tool.ts'
import { installMiniconda, probeInstalled } from './install-miniconda.ts'
import { installerFor } from './installer.ts'
import type { EnvironmentRequest } from './request.ts'
import type { Stamp } from './stamp.ts'
import { makeVenv } from './venv-environment.ts'
import { debugpyReport, debugpyWarning, insteadWarning, versionWarning } from './warnings.ts'

type Made = { stamp: Stamp; warnings: string[] }

/** Chooses the manager, gets hold of it, and has it make the environment. */
export async function makeEnvironment(request: EnvironmentRequest, bench: Bench): Promise<Made> {
  const choice = await decide(request, bench)
  switch (choice.kind) {
    case 'conda': {
      bench.log(`conda: ${choice.tool.path} ${choice.tool.version}, for ${choice.reason}`)
      const stamp = await makeCondaEnvironment(request, choice.tool, bench)
      return { stamp, warnings: [...versionWarning(request, stamp), ...debugpyWarning(request, stamp)] }
    }
    case 'venv': {
      const { stamp, warnings } = await makeVenv(request, choice, bench)
      return {
        stamp,
        warnings: [
          ...(choice.instead ? [insteadWarning(request, choice.reason)] : []),
          ...warnings,
          ...versionWarning(request, stamp),
          ...(await debugpyReport(request, stamp, bench.exec)),
        ],
      }
    }
  }
}

type Decided = Extract<Choice, { kind: 'conda' | 'venv' }>

/** Learns the facts that the choice asks for, one by one; each of them is asked for once. */
async function decide(request: EnvironmentRequest, bench: Bench): Promise<Decided> {
  const { manager, condaCommand } = request
  const wantsConda = manager === 'auto' || manager === 'conda'
  const onPath = wantsConda ? findConda(condaCommand, bench.environment.PATH) : undefined
  let facts: Facts = {
    onPath: onPath === undefined ? undefined : await probeConda(onPath, bench.exec),
    installed: wantsConda && onPath === undefined ? await probeInstalled(request, bench) : undefined,
    installer: installerFor(request, bench.platform, bench.architecture),
    download: undefined,
  }
  for (;;) {
    const choice = choose(manager, facts)
    switch (choice.kind) {
      case 'conda':
      case 'venv':
        return choice
      case 'impossible':
        throw new UserError(choice.reason, { fix: choice.fix })
      case 'none':
        throw new Error('"none" was decided before')
      case 'ask_host':
        facts = { ...facts, download: await askHost(choice.url, bench) }
        break
      case 'install':
        facts = { ...facts, ...(await install(request, choice.url, bench)) }
    }
  }
}

async function askHost(url: string, bench: Bench): Promise<NonNullable<Facts['download']>> {
  bench.progress('looking whether Miniconda can be downloaded')
  const fault = await whyUnreachable(
    {
      environment: bench.environment,
      trusted: bench.trusted(),
      signal: bench.signal,
      patience: { ...bench.patience, attempts: 1 },
    },
    url,
    bench.reachMs,
  )
  return fault === undefined
    ? { kind: 'reachable' }
    : { kind: 'unavailable', reason: new DownloadError(fault).message }
}

/** Who insists on conda is told the failure itself; `auto` goes on without. */
async function install(request: EnvironmentRequest, url: string, bench: Bench): Promise<Partial<Facts>> {
  try {
    return { installed: await installMiniconda(request, url, bench) }
  } catch (error) {
    if (request.manager === 'conda' || !(error instanceof DownloadError) || !isUnavailable(error.fault))
      throw error
    return {
      download: {
        kind: 'unavailable',
        reason: error.fix === undefined ? error.message : `${error.message} (${error.fix})`,
      },
    }
  }
}
