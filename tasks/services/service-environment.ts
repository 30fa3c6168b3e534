/**
 * What the services see of the shell that typed `task up`: enough to find programs, homes, certificates, proxies and
 * ssh keys. Nothing else, so that no credential of a shell reaches a long-lived process or PM2's records.
 */
const kept = [
  'HOME',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'LOGNAME',
  'PATH',
  'SHELL',
  'TMPDIR',
  'TZ',
  'USER',
  'XDG_RUNTIME_DIR',
  'SSH_AUTH_SOCK',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_EXTRA_CA_CERTS',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'PIP_CERT',
  'GIT_SSL_CAINFO',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'DEBUG_SERVER_DB_URL',
  'DEBUG_SERVER_SCOPES',
]

export function serviceEnvironment(shell: Record<string, string | undefined>): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(shell))
    if (value !== undefined && (kept.includes(name) || name.startsWith('DEBUG_SERVER__')))
      environment[name] = value
  return environment
}
