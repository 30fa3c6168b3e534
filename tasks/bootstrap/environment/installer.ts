/** Where Miniconda for a host comes from, or why it cannot be installed there. Pure. */
export type Installer = { kind: 'available'; url: string } | { kind: 'unsupported'; reason: string }

const systems: Readonly<Record<string, string>> = { linux: 'Linux', darwin: 'MacOSX' }

/** By Node's names; Miniconda names the same processor differently on Linux and macOS. */
const architectures: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  linux: { x64: 'x86_64', arm64: 'aarch64' },
  darwin: { x64: 'x86_64', arm64: 'arm64' },
}

export function installerFor(
  { installerUrl, installPath }: { installerUrl: string; installPath: string },
  platform: string,
  architecture: string,
): Installer {
  if (/\s/.test(installPath))
    return {
      kind: 'unsupported',
      reason: `Miniconda cannot be installed into a path with spaces: ${installPath}`,
    }
  if (installerUrl !== '') return { kind: 'available', url: installerUrl }
  const system = systems[platform]
  const processor = architectures[platform]?.[architecture]
  if (system === undefined || processor === undefined)
    return {
      kind: 'unsupported',
      reason: `no Miniconda installer is known for ${platform} on ${architecture}; set environment.conda_installer_url`,
    }
  return {
    kind: 'available',
    url: `https://repo.anaconda.com/miniconda/Miniconda3-latest-${system}-${processor}.sh`,
  }
}
