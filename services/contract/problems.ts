import { z } from 'zod'

/** Every error the API can answer with, by its stable code (RFC 9457: `type` is derived from the code). */
export const problems = {
  invalid_input: { status: 400, title: 'The input is not valid' },
  token_in_url: { status: 400, title: 'A token has no place in a URL' },
  unauthenticated: { status: 401, title: 'A valid bearer token is needed' },
  invalid_credentials: { status: 401, title: 'Name or password are not right' },
  sign_in_ended: { status: 401, title: 'The sign-in has ended' },
  token_expired: { status: 401, title: 'The token has expired' },
  insufficient_scope: { status: 403, title: 'The token lacks a scope' },
  origin_refused: { status: 403, title: 'Pages of this origin may not use cookies here' },
  invite_invalid: { status: 403, title: 'Nobody can register with this invite' },
  local_path_forbidden: { status: 403, title: 'Local paths are for administrators of a loopback server' },
  role_insufficient: { status: 403, title: 'The role in this session does not allow this' },
  ticket_mismatch: { status: 403, title: 'The ticket is for another stream' },
  not_found: { status: 404, title: 'There is nothing at this address' },
  repository_not_found: { status: 404, title: 'No such repository' },
  session_not_found: { status: 404, title: 'No such session' },
  command_not_found: { status: 404, title: 'No such command' },
  artifact_not_found: { status: 404, title: 'No such artifact' },
  environment_not_found: { status: 404, title: 'No such environment' },
  debug_session_not_found: { status: 404, title: 'No such debug session' },
  stop_not_recorded: { status: 404, title: 'The record has no such stop' },
  viewer_not_found: { status: 404, title: 'No such viewer' },
  runner_not_found: { status: 404, title: 'No such runner' },
  codexbar_not_found: { status: 404, title: 'codexbar is not installed' },
  token_not_found: { status: 404, title: 'No such token' },
  sign_in_not_found: { status: 404, title: 'No such sign-in' },
  invite_not_found: { status: 404, title: 'No such invite' },
  user_not_found: { status: 404, title: 'No such user' },
  method_not_allowed: { status: 405, title: 'This method is not offered at this address' },
  ambiguous_id: { status: 409, title: 'More than one id begins like this' },
  repository_exists: { status: 409, title: 'Another repository has this name' },
  repository_in_use: { status: 409, title: 'There are sessions of this repository' },
  environment_in_use: { status: 409, title: 'There are sessions of this environment' },
  token_exists: { status: 409, title: 'Another token has this name' },
  user_exists: { status: 409, title: 'Another user has this name' },
  no_password: { status: 409, title: 'A program has no password' },
  user_disabled: { status: 409, title: 'The user is disabled' },
  scope_beyond_role: { status: 409, title: 'The role of the user has no part in this scope' },
  last_admin: { status: 409, title: 'Nobody could administer the server any more' },
  session_not_resumable: { status: 409, title: 'The session cannot be resumed' },
  session_ended: { status: 409, title: 'The session takes no more commands' },
  no_terminal: { status: 409, title: 'The command has no terminal' },
  command_not_running: { status: 409, title: 'The command does not run' },
  secret_told_once: { status: 409, title: 'It was made before, and its secret is told once' },
  debug_session_ended: { status: 409, title: 'The debug session has ended' },
  control_held: { status: 409, title: 'Somebody else controls the debug session' },
  debuggee_running: { status: 409, title: 'The debuggee is running' },
  debug_limit: { status: 409, title: 'There are as many debug sessions as there may be' },
  log_expired: { status: 410, title: 'The log has been removed' },
  request_timeout: { status: 408, title: 'The request was not sent in time' },
  version_mismatch: { status: 412, title: 'It has changed meanwhile' },
  body_too_large: { status: 413, title: 'The request body is too large' },
  url_too_long: { status: 414, title: 'The address is too long' },
  unsupported_media_type: { status: 415, title: 'The request body must be JSON in UTF-8' },
  offset_out_of_range: { status: 416, title: 'The log is shorter than this offset' },
  range_not_satisfiable: { status: 416, title: 'It has no such bytes' },
  idempotency_key_reused: { status: 422, title: 'The idempotency key stands for another request' },
  evaluation_failed: { status: 422, title: 'The expression could not be evaluated' },
  password_wrong: { status: 422, title: 'The old password is not right' },
  debugger_refused: { status: 422, title: 'The debugger refused' },
  token_limit: { status: 429, title: 'There are as many tokens as one user may make' },
  ticket_limit: { status: 429, title: 'There are as many tickets as one user may have' },
  stream_limit: { status: 429, title: 'There are as many streams as one user may have open' },
  session_limit: { status: 429, title: 'There are as many sessions as one owner may have' },
  too_many_attempts: { status: 429, title: 'Too many attempts' },
  rate_limited: { status: 429, title: 'Too many requests' },
  too_many_calls: { status: 429, title: 'Too many calls are in progress' },
  headers_too_large: { status: 431, title: 'The request headers are too large' },
  log_damaged: { status: 500, title: 'The log cannot be read' },
  internal: { status: 500, title: 'The server made a mistake' },
  codexbar_failed: { status: 502, title: 'codexbar told nothing that can be read' },
  store_busy: { status: 503, title: 'The store is busy' },
  not_ready: { status: 503, title: 'The server is not ready' },
  runner_unavailable: { status: 503, title: 'The runner does not answer' },
  codexbar_timeout: { status: 504, title: 'codexbar did not answer in time' },
  debugger_timeout: { status: 504, title: 'The debugger did not answer in time' },
  storage_full: { status: 507, title: 'The disk of the server is full' },
  upstream_unavailable: { status: 503, title: 'The service behind the proxy does not answer' },
} as const satisfies Record<string, { status: number; title: string }>

export type ProblemCode = keyof typeof problems

export const problemCodes = Object.keys(problems) as readonly ProblemCode[]

/** A problem document, media type `application/problem+json`. `errors` lists each bad field of an invalid input. */
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.enum(problemCodes),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

export type ProblemDocument = z.infer<typeof problemSchema>

export function problemDocument(
  code: ProblemCode,
  detail: string,
  errors?: ProblemDocument['errors'],
): ProblemDocument {
  const { status, title } = problems[code]
  return {
    type: `urn:debug-server:problem:${code}`,
    title,
    status,
    code,
    detail,
    ...(errors === undefined ? {} : { errors }),
  }
}
