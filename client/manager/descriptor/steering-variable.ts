import type { NamedInput } from './entry.ts'

/** What says which programs and libraries are run, from where packages come, and through whom: whatever package it is that is named. */
const steering = new RegExp(
  `^(?:${[
    'PATH|HOME|SHELL|ENV|BASH_ENV|IFS|TMPDIR|XDG_.*',
    'LD_.*|DYLD_.*|GLIBC_TUNABLES|GCONV_PATH|LOCPATH',
    'NODE_(?:OPTIONS|PATH|EXTRA_CA_CERTS|TLS_REJECT_UNAUTHORIZED|REPL_.*|USE_.*)|NPM_CONFIG_.*',
    'PYTHON(?:PATH|HOME|STARTUP|EXECUTABLE|USERBASE|PLATLIBDIR|PYCACHEPREFIX|BREAKPOINT|WARNINGS|INSPECT)|UV_.*|PIP_.*|VIRTUAL_ENV',
    'GIT_(?:CONFIG|SSH|EXEC_PATH|EXTERNAL_DIFF|ASKPASS|PROXY_COMMAND|EDITOR|SEQUENCE_EDITOR|PAGER|TEMPLATE_DIR).*',
    'PERL5?(?:LIB|OPT|DB)|RUBY(?:LIB|OPT)|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS',
    'SSL_CERT_.*|OPENSSL_CONF|(?:HTTP|HTTPS|ALL|NO)_PROXY',
  ].join('|')})$`,
  'i',
)

/** The first variable of these that an entry sets itself; one that is only asked for is set by who installs it. */
export const steeringVariable = (inputs: readonly NamedInput[]): string | undefined =>
  inputs.find(
    ({ name, value, default: otherwise }) =>
      steering.test(name) && (value !== undefined || otherwise !== undefined),
  )?.name
