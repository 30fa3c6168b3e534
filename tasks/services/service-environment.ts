import {
  certificateVariables,
  localeVariables,
  pickVariables,
  proxyVariables,
} from '../../lib/host-variables.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'

/**
 * What the services see of the shell that typed `task up`: enough to find programs, homes, certificates, proxies and
 * ssh keys. And what says where traces go. Nothing else, so that no credential of a shell reaches a long-lived process or PM2's records.
 */
const kept = [
  'HOME',
  'LOGNAME',
  'PATH',
  'SHELL',
  'TMPDIR',
  'USER',
  'XDG_RUNTIME_DIR',
  'SSH_AUTH_SOCK',
  'DEBUG_SERVER_CONFIG',
  'DEBUG_SERVER_DB_URL',
  scopeVariable,
  ...localeVariables,
  ...certificateVariables,
  ...proxyVariables,
]

/** `named` are the variables that settings refer to. */
export const serviceEnvironment = (
  shell: Readonly<Record<string, string | undefined>>,
  named: readonly string[] = [],
): Record<string, string> =>
  pickVariables(
    [...kept, ...named, ...Object.keys(shell).filter(name => /^(DEBUG_SERVER__|OTEL_)/.test(name))],
    shell,
  )
