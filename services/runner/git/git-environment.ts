import { join } from 'node:path'

/** Given to git with every call, over what any configuration file says. */
const configuration: readonly (readonly [key: string, value: string])[] = [
  // Nothing that a repository or a session wrote down is run.
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['core.excludesFile', '/dev/null'],
  ['core.sshCommand', ''],
  ['core.gitProxy', 'none'],
  // An empty helper discards those named before it.
  ['credential.helper', ''],
  ['safe.directory', '*'],
  // No process is left behind to tidy up, and no object vanishes that a session borrows.
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  // What the runner does beside a fetch waits for it.
  ['core.packedRefsTimeout', '10000'],
  ['core.filesRefLockTimeout', '10000'],
  ['advice.detachedHead', 'false'],
  ['init.defaultBranch', 'main'],
]

/** For a remote that is told nothing about this server: whoever could say who asks is out of reach. */
const nobody = { HOME: '/dev/null', SSH_AUTH_SOCK: '' }
const nobodysSettings: readonly (readonly [key: string, value: string])[] = [['credential.helper', '']]

/** The one configuration file. It repeats what git passes on to its own local helpers in no other way. */
export const gitConfigurationFile = join(import.meta.dirname, 'gitconfig')

export type GitSurroundings = {
  path: string
  /** Certificates, proxies, an ssh agent: by name, for all git calls. */
  inherit: Readonly<Record<string, string>>
  /** Settings over ours: where a credential helper may be named. */
  configuration: readonly (readonly [key: string, value: string])[]
  /** Takes secrets out of what git complains. */
  mask?: (text: string) => string
}

/**
 * The environment of every git call. Built, never inherited: no configuration of the system or of a user, no question
 * on a terminal, no transport but those that the caller names.
 */
export function gitEnvironment(
  from: GitSurroundings,
  transports: string,
  anonymous = false,
): Record<string, string> {
  const environment: Record<string, string> = {
    ...from.inherit,
    ...(anonymous ? nobody : {}),
    PATH: from.path,
    LANG: 'C',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: gitConfigurationFile,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '',
    SSH_ASKPASS_REQUIRE: 'never',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes -o ConnectTimeout=20',
    GIT_ALLOW_PROTOCOL: transports,
    GIT_OPTIONAL_LOCKS: '0',
  }
  const settings = [...configuration, ...from.configuration, ...(anonymous ? nobodysSettings : [])]
  environment.GIT_CONFIG_COUNT = String(settings.length)
  for (const [index, [key, value]] of settings.entries()) {
    environment[`GIT_CONFIG_KEY_${index}`] = key
    environment[`GIT_CONFIG_VALUE_${index}`] = value
  }
  return environment
}
