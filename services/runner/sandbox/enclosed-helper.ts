import { openly, type ReadyProgram } from './enclosure.ts'
import { hostView } from './host-view.ts'
import { openOptions } from './open-options.ts'
import { enclosed, type Program, type RunnerIsolation } from './sandbox.ts'

/** What a helper has beside what commands see of the host. */
type HelperAccess = {
  readonly visible: string
  /** All that it may write, within what is visible; also its `/tmp`. */
  readonly writable: string
}

/**
 * A program that is run for the runner itself and trusted by nobody: it sees no more of the host than commands do, and has no network. Where
 * nothing keeps commands apart, nothing keeps it apart either.
 */
export function enclosedHelper(
  { sandbox, places }: Pick<RunnerIsolation, 'sandbox' | 'places'>,
  program: Program,
  { visible, writable }: HelperAccess,
): ReadyProgram {
  if (sandbox.kind === 'none') return openly.enclose(program, '/')
  const host = hostView(places)
  const view = {
    ...{ ...host, visible: [...host.visible, visible], writable: [writable], temporary: writable },
    ...{ directory: '/', network: false },
  }
  const { options, ...rest } = enclosed(sandbox.program, view, program, {})
  const open = openOptions(visible, options)
  return { ...rest, options: open, [Symbol.dispose]: () => open[Symbol.dispose]() }
}
