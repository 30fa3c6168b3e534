import { SecretMask } from '../../../../lib/secret-mask.ts'
import { longestProcessLine, mostProcesses, type SessionProcess } from '../../../contract/debug-process.ts'
import type { SessionId } from '../../../contract/ids.ts'
import { secretsOf } from '../../../store/session-secrets.ts'
import type { RunnerContext } from '../../context.ts'
import { cutText } from '../cut-text.ts'
import { maskedValue } from '../record/masked-value.ts'
import { processesIn } from './find-process.ts'
import { enginesOfProcess, hasAgent } from './process-kind.ts'

/** What `debug.processes` answers: the oldest first. */
export async function tellProcesses(
  context: Pick<RunnerContext, 'store'>,
  session: SessionId,
): Promise<SessionProcess[]> {
  const mask = new SecretMask(Object.values(await secretsOf(context.store, session)))
  const found = (await processesIn(context, session)).slice(0, mostProcesses)
  return found.map(({ pid, command, words, hostPid, traced }) => ({
    pid,
    command,
    line: cutText(String(maskedValue(words.join(' '), mask)), longestProcessLine).value,
    engines: enginesOfProcess(hostPid).filter(engine => engine !== 'node' || !hasAgent(hostPid)),
    traced,
  }))
}
