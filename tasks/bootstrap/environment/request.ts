import { join } from 'node:path'
import { managerOf } from '../../../config/manager.ts'
import type { BootstrapSettings } from '../../../config/schema.ts'
import type { Workspace } from '../../../config/workspace.ts'

/** The environment that the settings ask for. All paths are absolute. */
export type EnvironmentRequest = {
  readonly root: string
  readonly artifacts: string
  readonly manager: 'auto' | 'conda' | 'venv' | 'none'
  readonly name: string
  /** Where it is made: by its path, not by a name in some conda, so that two clones never share one. */
  readonly prefix: string
  readonly pythonVersion: string
  readonly condaCommand: string
  readonly environmentFile: string
  readonly installPath: string
  /** Empty: Miniconda's for the platform. */
  readonly installerUrl: string
  /** Empty: what is published beside the installer. */
  readonly installerSha256: string
}

export function requestOf({ environment }: BootstrapSettings, workspace: Workspace): EnvironmentRequest {
  const { name } = environment
  return {
    root: workspace.root,
    artifacts: workspace.artifacts,
    manager: managerOf(environment),
    name,
    prefix: join(workspace.artifacts, 'environments', name),
    pythonVersion: environment.python_version,
    condaCommand: workspace.condaCommand,
    environmentFile: workspace.condaEnvironmentFile,
    installPath: workspace.condaInstallPath,
    installerUrl: environment.conda_installer_url,
    installerSha256: environment.conda_installer_sha256.toLowerCase(),
  }
}
