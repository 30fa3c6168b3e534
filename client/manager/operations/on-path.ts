import { resolve } from 'node:path'
import { which } from '../../../lib/which.ts'
import type { Place } from './place.ts'

/** Whether there is such a program, as the gateway will look for it. */
export const isThere = (
  command: string,
  { root, environment }: Pick<Place, 'root' | 'environment'>,
): boolean =>
  which(command.includes('/') ? resolve(root, command) : command, environment.PATH ?? '') !== undefined
