import type { DebuggedChild, DebugSession } from '../../../contract/debug-resources.ts'

/** What whatever has started it tells of it. */
export function toldOf({ id, process, status, stop }: DebugSession): DebuggedChild {
  const { reason, frame } = stop ?? {}
  const at =
    frame === undefined || frame === null ? null : { name: frame.name, file: frame.file, line: frame.line }
  return { id, process: process ?? 0, status, stop: reason === undefined ? null : { reason, frame: at } }
}
