import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../../lib/user-error.ts'
import { sha256Of } from '../download/checksum.ts'
import { download, publishedChecksum, removeDownload } from '../download/download.ts'
import { openNetwork } from '../download/network.ts'
import type { Bench } from './bench.ts'
import { type Probe, probeConda } from './conda-tool.ts'
import { inspectInstallation, markUnfinished, removeInstallation, stampWhole } from './installation.ts'
import { runLong } from './long-command.ts'
import { pythonVariables } from './python-variables.ts'
import type { EnvironmentRequest } from './request.ts'

/** Miniconda's installers are near 150 MiB. */
const maximumBytes = 2 ** 30
const deadlineMs = 30 * 60_000
const silenceMs = 10 * 60_000

/** The Miniconda that is there and whole, as far as one can tell by running it. What of ours is broken is removed. */
export async function probeInstalled(request: EnvironmentRequest, bench: Bench): Promise<Probe | undefined> {
  const { installPath, artifacts } = request
  const there = inspectInstallation(installPath, artifacts)
  switch (there.kind) {
    case 'absent':
    case 'unfinished':
      return undefined
    case 'whole': {
      const probe = await probeConda(there.conda, bench.exec)
      if (probe.kind === 'usable') return probe
      bench.log(`${there.conda} does not work (${probe.reason}); it is removed, to be installed anew`)
      removeInstallation(installPath)
      return undefined
    }
    case 'foreign':
      return probeConda(there.conda, bench.exec)
    case 'occupied':
      throw new UserError(`environment.conda_install_path is ${installPath}, which holds something else`, {
        fix: 'choose another path, or remove what is there',
      })
  }
}

/**
 * Downloads Miniconda, verifies it, installs it. Throws a DownloadError when it cannot be had; nothing is executed
 * before its checksum is known and right.
 */
export async function installMiniconda(
  request: EnvironmentRequest,
  url: string,
  bench: Bench,
): Promise<Probe> {
  const { installPath, artifacts, installerSha256 } = request
  const installer = join(artifacts, 'downloads', 'miniconda-installer.sh')
  const sha256 = await bring(url, installer, installerSha256, bench)
  if (inspectInstallation(installPath, artifacts).kind === 'unfinished') {
    bench.log(`${installPath} holds an installation that was not finished: it is removed`)
    removeInstallation(installPath)
  }
  await markUnfinished(installPath)
  bench.log(`installing Miniconda into ${installPath}; its licence is accepted by -b`)
  await runLong(bench, {
    what: 'the Miniconda installer',
    file: 'bash',
    args: [installer, '-b', '-p', installPath],
    env: pythonVariables,
    deadlineMs,
    silenceMs,
  })
  const probe = await probeConda(join(installPath, 'bin', 'conda'), bench.exec)
  if (probe.kind === 'broken')
    throw new UserError(`the Miniconda that was installed does not work: ${probe.reason}`, {
      fix: `look at what the installer said above; what it left in ${installPath} is removed by the next run`,
    })
  await stampWhole(installPath, sha256)
  await removeDownload(installer)
  return probe
}

/** Leaves the verified installer in `file`, and returns its checksum. */
async function bring(url: string, file: string, configured: string, bench: Bench): Promise<string> {
  await using network = openNetwork({
    environment: bench.environment,
    trusted: bench.trusted(),
    signal: bench.signal,
    patience: bench.patience,
  })
  const sha256 = configured === '' ? await publishedChecksum(network, url, bench.log) : configured
  // An earlier run may have ended between its download and its installation.
  if (existsSync(file) && (await sha256Of(file, bench.signal)) === sha256) return sha256
  await removeDownloadOf(file)
  await download(network, { url, file, sha256, maximumBytes }, bench)
  bench.log(`downloaded the installer, SHA-256 ${sha256} (${configured === '' ? 'published' : 'configured'})`)
  return sha256
}

/** Removes a whole file that is another version; a part of one is gone on with. */
async function removeDownloadOf(file: string): Promise<void> {
  if (existsSync(file)) await removeDownload(file)
}
