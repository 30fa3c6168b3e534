import { isPackageName } from '../descriptor/package-name.ts'

/** Where packages are installed, each version in a directory of its own. */
export const packagesName = '.artifacts/mcp/packages'

/** Of a registry, or of a directory of this workspace: the one is never taken for the other, whatever it calls itself. */
export type Installed = {
  readonly from: 'registry' | 'directory'
  readonly name: string
  readonly version: string
}

const local = 'local+'

/** No name of a package has a "+" in it. */
export const directoryOf = ({ from, name, version }: Installed): string =>
  `${from === 'directory' ? local : ''}${name.replace('/', '+')}@${version}`

/** Which package a directory of that name holds; undefined where it is none of ours. */
export function packageIn(directory: string): Installed | undefined {
  const from = directory.startsWith(local) ? 'directory' : 'registry'
  const rest = from === 'directory' ? directory.slice(local.length) : directory
  const [, plain = '', version = ''] = /^(@?[^@]+)@([0-9A-Za-z.+-]+)$/.exec(rest) ?? []
  const name = plain.replace('+', '/')
  return isPackageName(name) ? { from, name, version } : undefined
}

/** The directory that a server's program lies in, where it is one of these: not the one that all of them lie in, nor one above it. */
export function directoryUsed(command: unknown): string | undefined {
  if (typeof command !== 'string' || !command.startsWith(`${packagesName}/`)) return undefined
  const [directory] = command.slice(packagesName.length + 1).split('/')
  return directory === undefined || /^(?:\.|$)/.test(directory) ? undefined : directory
}

/** The program of a package, from the top of the workspace. */
export const programAt = (installed: Installed, bin: string): string =>
  `${packagesName}/${directoryOf(installed)}/node_modules/.bin/${bin}`
