import { delimiter } from 'node:path'
import { scopeVariable } from '../../../lib/processes/process-scope.ts'
import type { CommandId, SessionId } from '../../contract/ids.ts'
import type { Offer } from '../environments/managers/manager.ts'

export type CommandSurroundings = {
  session: SessionId
  command: CommandId
  /** PATH for commands; a client may set another. */
  path: string
  /** What its session's environments offer. */
  offer: Offer
  /** The directory of the environment that it builds. */
  building: string | undefined
  home: string
  temporary: string
  /** The absolute directory that the command starts in. */
  directory: string
  user: string
  /** What every command gets from the server, by name: locale, time zone, certificates, the outer process scopes. */
  inherit: Readonly<Record<string, string>>
  /** Whether it has a terminal. */
  terminal: boolean
  /** What the client gave. */
  client: Readonly<Record<string, string>>
}

/**
 * All that a command finds in its environment. It is built, never inherited: what the server was started with stays
 * with the server. The client's variables come over ours, except those that say whose command it is and that let it be
 * ended as a whole.
 */
export function commandEnvironment(from: CommandSurroundings): Record<string, string> {
  const outer = from.inherit[scopeVariable]
  const locale: Record<string, string> =
    'LC_ALL' in from.inherit || 'LANG' in from.inherit ? {} : defaultLocale
  return {
    ...locale,
    ...from.inherit,
    PATH: [...from.offer.path, from.path].join(delimiter),
    HOME: from.home,
    TMPDIR: from.temporary,
    PWD: from.directory,
    USER: from.user,
    LOGNAME: from.user,
    SHELL: '/bin/sh',
    // Not how large it is, which may change: programs ask the terminal.
    TERM: from.terminal ? 'xterm-256color' : 'dumb',
    ...from.offer.variables,
    ...from.client,
    DEBUG_SERVER_SESSION: from.session,
    DEBUG_SERVER_COMMAND: from.command,
    ...(from.building === undefined ? {} : { DEBUG_SERVER_ENVIRONMENT: from.building }),
    [scopeVariable]: outer === undefined || outer === '' ? from.command : `${outer}:${from.command}`,
  }
}

const defaultLocale = { LANG: 'C.UTF-8', LC_ALL: 'C.UTF-8' }
