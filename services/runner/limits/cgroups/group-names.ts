import { randomBytes } from 'node:crypto'
import { identify } from '../../../../lib/processes/identity.ts'
import type { CommandRow } from '../../../store/schema.ts'

/** What groups are called, in the one that they are made in. */

export const nameOfAttempt = ({ id, attempts }: Pick<CommandRow, 'id' | 'attempts'>): string =>
  `${id}.${attempts}`

/** Of one that is made to see whether that can be done. */
export const nameOfTrial = (): string => `trial.${process.pid}.${randomBytes(6).toString('hex')}`

/** Whether a group is a trial that may go on. */
export function isTrial(name: string): boolean {
  const pid = /^trial\.(\d+)\./.exec(name)?.[1]
  return pid !== undefined && identify(Number(pid)) !== undefined
}
