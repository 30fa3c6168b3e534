import type { ProblemCode } from '../../services/contract/problems.ts'
import { exitCodes } from './exit-codes.ts'

/** The exit code that a refusal of the server ends with. */
export function exitCodeOf(code: ProblemCode, status: number): number {
  if (code === 'invalid_input') return exitCodes.usage
  if (code === 'upstream_unavailable') return exitCodes.notReachable
  if (status === 401 || status === 403) return exitCodes.notAuthorised
  return status === 404 ? exitCodes.notFound : exitCodes.failure
}

/** What to do about a refusal of the server; `tokenFrom` tells where the token was found. */
export function problemFix(code: ProblemCode, tokenFrom: string): string | undefined {
  switch (code) {
    case 'unauthenticated':
      return `${tokenFrom} is unknown to this server, revoked or of a disabled user: give another one, or keep one with "debug-server configure"`
    case 'invalid_credentials':
      return 'whoever has forgotten the password asks an administrator for another: "debug-server user password NAME"'
    case 'sign_in_ended':
      return 'sign in again with "debug-server login NAME"'
    case 'token_expired':
      return `${tokenFrom} has expired: ask an administrator for "debug-server token create NAME --scopes cli"`
    case 'insufficient_scope':
      return `${tokenFrom} may not do this: see its scopes with "debug-server whoami"`
    case 'local_path_forbidden':
      return 'register an https, ssh or git address'
    case 'repository_not_found':
      return 'see "debug-server repository list", or register it with "debug-server repository add URL"'
    case 'session_not_found':
      return 'see "debug-server session list"'
    case 'command_not_found':
      return 'see "debug-server command list SESSION"'
    case 'debug_session_not_found':
    case 'debug_session_ended':
      return 'see "debug-server debug list SESSION", or start one with "debug-server debug launch SESSION"'
    case 'control_held':
      return 'ask for it with "debug-server debug control SESSION ask --wait 30s"; in a session of your own take it with "debug-server debug control SESSION take"'
    case 'stop_not_recorded':
      return 'see what is recorded with "debug-server debug transcript SESSION"'
    case 'share_not_found':
      return 'see "debug-server debug shares SESSION"'
    case 'role_insufficient':
      return 'ask the owner of the session for more: "debug-server debug share SESSION control --user NAME"'
    case 'viewer_not_found':
      return 'see "debug-server debug viewers SESSION"'
    case 'debuggee_running':
      return 'stop it where it is with "debug-server debug pause SESSION", or wait with "debug-server debug status SESSION --wait 30s"'
    case 'debug_limit':
      return 'end one with "debug-server debug stop SESSION"; see "debug-server debug list SESSION"'
    case 'debugger_timeout':
      return 'try again; where it stays silent, end it with "debug-server debug stop SESSION"'
    case 'user_not_found':
      return 'see "debug-server user list", or make one with "debug-server user create NAME"'
    case 'user_disabled':
      return 'take them in again with "debug-server user enable NAME"'
    case 'scope_beyond_role':
      return 'name an administrator, or leave --user out and give the token another name'
    case 'invite_invalid':
      return 'ask an administrator for another: "debug-server invite-codes generate"'
    case 'invite_not_found':
      return 'see "debug-server invite-codes list"'
    case 'token_not_found':
      return 'see "debug-server token list"'
    case 'ambiguous_id':
      return 'write more of the id'
    case 'repository_in_use':
      return 'see "debug-server session list", and delete them with "debug-server session delete SESSION"'
    case 'repository_exists':
    case 'token_exists':
    case 'user_exists':
      return 'choose another name'
    case 'session_ended':
      return 'have it go on with "debug-server session resume SESSION" if it was stopped, or open another one with "debug-server session create"'
    case 'session_not_resumable':
      return 'open another one with "debug-server session create"'
    case 'session_limit':
      return 'stop one that is not needed: "debug-server session list", "debug-server session stop SESSION"'
    case 'store_busy':
    case 'not_ready':
    case 'runner_unavailable':
    case 'upstream_unavailable':
      return 'try again in a moment; in the clone "npx task status" tells what is the matter'
    case 'not_found':
    case 'method_not_allowed':
      return 'check that client and server are of one version, and that the address is that of the API'
    case 'storage_full':
      return 'make room where the server keeps its data, then try again'
    case 'internal':
      return 'the log of the API tells more: npx task logs api'
    default:
      return undefined
  }
}
