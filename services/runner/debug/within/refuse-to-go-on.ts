import { RequestRefused } from '../bridge.ts'

const goesOn: ReadonlySet<string> = new Set(['continue', 'next', 'stepIn', 'stepOut', 'pause'])

/** Of a core dump: throws a RequestRefused where a request would have it run. */
export function refuseToGoOn(command: string): void {
  if (goesOn.has(command))
    throw new RequestRefused('a core dump does not go on: it tells how a program has ended')
}
