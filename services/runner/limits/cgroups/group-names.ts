import { randomBytes } from 'node:crypto'
import { identifySelf, isAlive } from '../../../../lib/processes/identity.ts'
import type { CommandRow } from '../../../store/schema.ts'

/** What groups are called, in the one that they are made in. */

export const nameOfAttempt = ({ id, attempts }: Pick<CommandRow, 'id' | 'attempts'>): string =>
  `${id}.${attempts}`

/** Of one that is made to see whether that can be done. It tells by whom: a pid alone may be somebody else's later. */
export function nameOfTrial(): string {
  const { pid, startTime } = identifySelf()
  return `trial.${pid}.${startTime}.${randomBytes(6).toString('hex')}`
}

/** Whether a group is a trial that may go on. */
export function isTrial(name: string): boolean {
  const [, pid, startTime] = /^trial\.(\d+)\.(.+)\.[0-9a-f]+$/.exec(name) ?? []
  return startTime !== undefined && isAlive({ pid: Number(pid), startTime })
}
