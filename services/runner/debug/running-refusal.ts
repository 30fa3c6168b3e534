import type { DebuggedChild } from '../../contract/debug-resources.ts'
import { Refusal } from './refusal.ts'

/** Why a debuggee that runs cannot be looked at, and which of the processes below it can. */
export function runningRefusal(below: readonly DebuggedChild[]): Refusal {
  const standing = below.find(({ status }) => status === 'stopped')
  const instead =
    standing === undefined ? '' : `; its process ${standing.process} is stopped: act on ${standing.id}`
  return new Refusal('debuggee_running', `the debuggee is running; debug.pause stops it${instead}`)
}
