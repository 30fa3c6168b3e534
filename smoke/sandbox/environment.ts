import { delimiter, join } from 'node:path'
import {
  certificateVariables,
  localeVariables,
  pickVariables,
  proxyVariables,
} from '../../lib/host-variables.ts'
import type { Places } from '../workspace/places.ts'

type Variables = Readonly<Record<string, string | undefined>>

export type Host = {
  readonly environment: Variables
  readonly home: string
  /** Where this Node is. */
  readonly nodeDirectory: string
  /** Whether a file is there. */
  readonly exists: (path: string) => boolean
}

/** From where packages come, and what is kept of them: the host's, or a smoke would fetch everything each time. */
const packageVariables = [
  'npm_config_registry',
  'npm_config_cafile',
  'npm_config_strict_ssl',
  'npm_config_proxy',
  'npm_config_https_proxy',
  'npm_config_noproxy',
  'PIP_INDEX_URL',
  'PIP_EXTRA_INDEX_URL',
  'PIP_TRUSTED_HOST',
  'PIP_CONFIG_FILE',
]

/**
 * The whole environment of everything that a run starts: homes, temporary files and the settings of other servers lie in the
 * workspace, programs come from the host, and no credential of the shell comes along.
 */
export function sandboxEnvironment(places: Places, host: Host, run: string): Record<string, string> {
  const { environment, home, exists, nodeDirectory } = host
  const file = (name: string, path: string) => (exists(path) ? { [name]: path } : {})
  return {
    LANG: 'C.UTF-8',
    ...pickVariables(
      [
        'USER',
        'LOGNAME',
        'SHELL',
        ...localeVariables,
        ...certificateVariables,
        ...proxyVariables,
        ...packageVariables,
      ],
      environment,
    ),
    PATH: programPath(host),
    HOME: places.home,
    XDG_CONFIG_HOME: places.configHome,
    XDG_STATE_HOME: places.stateHome,
    XDG_CACHE_HOME: places.cacheHome,
    XDG_DATA_HOME: places.dataHome,
    XDG_RUNTIME_DIR: places.runtime,
    TMPDIR: places.temporary,
    GIT_CONFIG_NOSYSTEM: '1',
    NO_COLOR: '1',
    npm_config_cache: environment.npm_config_cache ?? `${home}/.npm`,
    npm_config_update_notifier: 'false',
    // A person's own may be set in their npmrc; where that of the whole host lies would follow it.
    npm_config_prefix: `${places.home}/.npm-global`,
    ...file(
      'npm_config_globalconfig',
      environment.npm_config_globalconfig ?? join(nodeDirectory, '..', 'etc', 'npmrc'),
    ),
    ...file('npm_config_userconfig', environment.npm_config_userconfig ?? `${home}/.npmrc`),
    ...(environment.PIP_CONFIG_FILE === undefined &&
      (exists(`${home}/.config/pip/pip.conf`)
        ? file('PIP_CONFIG_FILE', `${home}/.config/pip/pip.conf`)
        : file('PIP_CONFIG_FILE', `${home}/.pip/pip.conf`))),
    DEBUG_SERVER_SMOKE: run,
  }
}

/** Without what npx has put in front: programs of this checkout are not those of its clone. */
function programPath({ environment, nodeDirectory }: Host): string {
  const directories = (environment.PATH ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter)
  const others = directories.filter(
    one => one.startsWith('/') && one !== nodeDirectory && !one.includes('/node_modules/'),
  )
  return [nodeDirectory, ...others].join(delimiter)
}
