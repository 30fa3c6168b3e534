import type { AnyTaskOptions } from '../task.ts'

/** A command takes any words after `--`; a function only those that it says something of. */
export function takesRest({ run, rest }: Pick<AnyTaskOptions, 'run' | 'rest'>): boolean {
  return typeof run !== 'function' || rest !== undefined
}
