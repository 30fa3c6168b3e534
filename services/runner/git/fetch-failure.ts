import type { RepositoryFailure } from '../../contract/repository-state.ts'
import type { GitOutcome } from './git.ts'
import { publicMessage } from './public-message.ts'

/** The words of git and of common servers for: there is something, but no repository. */
const noRepository =
  /not appear to be a git repository|not a git repository|repository .*not found|not exported|remote: Not Found/i
const noAccess =
  /could not read (?:Username|Password)|Authentication failed|returned error: 40[13]|Permission denied|Access denied(?! or repository not exported)/i
const noAnswer = /timed out|timeout|too slow|Operation too slow/i

/** Why a fetch failed, from what git said. */
export function fetchFailure(
  outcome: Exclude<GitOutcome, { kind: 'done' }>,
  privateRoot: string,
): RepositoryFailure {
  const message = publicMessage(outcome.stderr, privateRoot)
  if (outcome.kind === 'timed_out')
    return { reason: 'timed_out', message: 'the remote stopped answering, or took too long' }
  if (noAccess.test(outcome.stderr)) return { reason: 'access_denied', message }
  if (noRepository.test(outcome.stderr)) return { reason: 'not_a_repository', message }
  return { reason: noAnswer.test(outcome.stderr) ? 'timed_out' : 'unreachable', message }
}
