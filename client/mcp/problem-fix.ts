import type { ProblemCode } from '../../services/contract/problems.ts'

/** What a model, or whoever runs it, can do about a refusal of the server; `tokenFrom` tells where the token was found. */
export function problemFix(code: ProblemCode, tokenFrom: string): string | undefined {
  switch (code) {
    case 'unauthenticated':
      return `${tokenFrom} is unknown to this server or revoked: the user has to configure another one`
    case 'token_expired':
      return `${tokenFrom} has expired: the user has to configure another one`
    case 'insufficient_scope':
      return `${tokenFrom} may not do this: the user has to configure one with that scope`
    case 'local_path_forbidden':
      return 'register an https, ssh or git address'
    case 'repository_not_found':
      return 'repository_list shows those there are; register another with repository_init'
    case 'repository_exists':
      return 'give another name'
    case 'session_not_found':
      return 'open a session with session_create'
    case 'session_ended':
      return 'have it go on with session_resume if it was stopped, or open another with session_create'
    case 'session_not_resumable':
      return 'open another session with session_create'
    case 'session_limit':
      return 'session_list shows yours: stop those that are not needed with session_stop'
    case 'command_not_found':
      return 'session_commands lists the commands of a session'
    case 'command_not_running':
      return 'command_info tells how it ended; start another with command_run'
    case 'no_terminal':
      return 'start it with tty, by command_run'
    case 'artifact_not_found':
      return 'artifact_list lists the artifacts of a session'
    case 'debug_session_not_found':
      return 'start one with debug_launch; debug_list shows those there are'
    case 'debug_session_ended':
      return 'debug_status tells how it ended; start another with debug_launch'
    case 'stop_not_recorded':
      return 'leave at out for the last stop that is recorded; debug_transcript shows the whole record'
    case 'viewer_not_found':
      return 'debug_viewers lists who watches'
    case 'role_insufficient':
      return 'you may watch only: ask the owner of the session for more'
    case 'control_held':
      return 'read on meanwhile (debug_variables, debug_stack, debug_status); ask for it with debug_control and wait, or take it from a client of the same user with action take'
    case 'debuggee_running':
      return 'wait for a stop with debug_status and wait, or stop it with debug_pause'
    case 'debug_limit':
      return 'end one with debug_terminate; debug_list shows them'
    case 'debugger_timeout':
      return 'try again; where it stays silent, end it with debug_terminate'
    case 'evaluation_failed':
      return 'debug_variables shows what there is in this frame'
    case 'offset_out_of_range':
      return 'leave the offset out to read the end of the log'
    case 'ambiguous_id':
      return 'write more of the id'
    case 'log_expired':
      return 'run the command again with command_rerun for another log'
    case 'stream_limit':
      return 'read without follow, or let what follows other logs end'
    case 'patch_rejected':
      return 'make the diff against the files as they are in the worktree now'
    case 'debugger_refused':
      return 'debug_status tells where the debuggee stands, debug_output what it has written'
    case 'body_too_large':
    case 'headers_too_large':
    case 'url_too_long':
      return 'give less: shorter texts, or a smaller patch'
    case 'rate_limited':
    case 'request_timeout':
    case 'too_many_calls':
    case 'store_busy':
    case 'not_ready':
    case 'runner_unavailable':
    case 'upstream_unavailable':
      return 'try again in a moment'
    case 'log_damaged':
    case 'internal':
      return 'ask whoever runs the server to look into its log'
    case 'storage_full':
      return 'ask whoever runs the server to make room on its disk'
    default:
      return undefined
  }
}
