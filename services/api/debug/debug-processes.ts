import { z } from 'zod'
import { type SessionProcess, sessionProcessSchema } from '../../contract/debug-process.ts'
import type { SessionJoined } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import type { DebugCall } from './debug-call.ts'

const answerMs = 10_000
const answerSchema = z.array(sessionProcessSchema)

/** Which processes of a session run, as its runner sees them. */
export async function processesIn(
  { runner }: Context,
  { id: session }: SessionJoined,
  { gone }: Pick<DebugCall, 'gone'>,
): Promise<Outcome<SessionProcess[]>> {
  const answer = await runner.processes(session, { deadlineMs: answerMs, signals: [gone] })
  if (answer.ok) return done(answerSchema.parse(answer.value))
  const { code, detail } = answer
  return refuse(code === 'too_many_calls' ? code : 'runner_unavailable', detail)
}
