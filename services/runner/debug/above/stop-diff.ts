import type { DiffFrame, StopDiff, VariableChange } from '../../../contract/debug-diff.ts'
import type { Stop } from '../../../contract/debug-resources.ts'
import { cutText } from '../cut-text.ts'

/** What a frame or a structure consisted of. Of one that was cut nobody knows what else it has. */
export type KeptLevel = { readonly values: ReadonlyMap<string, KeptValue>; readonly whole: boolean }
export type KeptValue = {
  readonly value: string
  readonly type: string | null
  /** Undefined where it was not looked into. */
  readonly parts?: KeptLevel | undefined
}
/** `variables`: undefined where they were not read. */
export type KeptFrame = DiffFrame & { readonly variables?: KeptLevel | undefined }
/** `frames`: innermost first; of a deep stack not all. */
export type KeptStop = Pick<Stop, 'number' | 'reason' | 'thread'> & { readonly frames: readonly KeptFrame[] }

type Compared = Pick<StopDiff, 'from' | 'to' | 'frames' | 'stack' | 'left_out'>

/** What changed from one stop to the other. Frames are the same where function, file and depth are. */
export function diffStops(from: KeptStop, to: KeptStop): Compared {
  const before = new Map(from.frames.map(frame => [keyOf(frame), frame]))
  const now = new Set(to.frames.map(keyOf))
  const left_out: string[] = []
  const frames: StopDiff['frames'] = []
  const entered: DiffFrame[] = []
  for (const frame of to.frames) {
    const earlier = before.get(keyOf(frame))
    if (earlier === undefined) {
      entered.push(placeOf(frame))
      continue
    }
    const variables = variableChanges(earlier.variables, frame.variables)
    if (isCut(earlier.variables) || isCut(frame.variables))
      left_out.push(
        `variables of ${cutText(frame.name, 80).value} after the first that were kept: debug.variables`,
      )
    const { name, file, depth } = frame
    if (variables.length > 0 || earlier.line !== frame.line)
      frames.push({ name, file, depth, from: earlier.line, to: frame.line, variables })
  }
  const left = from.frames.filter(frame => !now.has(keyOf(frame))).map(placeOf)
  return {
    from: toldStop(from),
    to: toldStop(to),
    frames,
    stack: { entered, left, same: to.frames.length - entered.length },
    left_out,
  }
}

const keyOf = ({ name, file, depth }: KeptFrame): string => JSON.stringify([depth, name, file])
const placeOf = ({ name, file, line, depth }: KeptFrame): DiffFrame => ({ name, file, line, depth })
const isCut = (level: KeptLevel | undefined): boolean => level?.whole === false

export function toldStop({ number, reason, thread, frames: [frame] }: KeptStop): StopDiff['to'] {
  if (frame === undefined) return { number, reason, thread, frame: null }
  const { name, file, line } = frame
  return { number, reason, thread, frame: { name, file, line } }
}

function variableChanges(from: KeptLevel | undefined, to: KeptLevel | undefined): VariableChange[] {
  return changesOf(from, to).flatMap(([name, before, after]) => {
    const parts = changesOf(before?.parts, after?.parts).flatMap(([part, was, is]) =>
      was?.value === is?.value ? [] : [changeOf(part, was, is)],
    )
    if (before?.value === after?.value && parts.length === 0) return []
    return [{ ...changeOf(name, before, after), type: (after ?? before)?.type ?? null, parts }]
  })
}

type Pair = [name: string, before: KeptValue | undefined, after: KeptValue | undefined]

/** All that is known of both sides: what one that was cut lacks may be there. */
function changesOf(from: KeptLevel | undefined, to: KeptLevel | undefined): Pair[] {
  if (from === undefined || to === undefined) return []
  const pairs: Pair[] = []
  for (const [name, after] of to.values) {
    const before = from.values.get(name)
    if (before !== undefined || from.whole) pairs.push([name, before, after])
  }
  if (to.whole)
    for (const [name, before] of from.values) if (!to.values.has(name)) pairs.push([name, before, undefined])
  return pairs
}

const changeOf = (name: string, before: KeptValue | undefined, after: KeptValue | undefined) => ({
  name,
  kind:
    before === undefined
      ? ('added' as const)
      : after === undefined
        ? ('gone' as const)
        : ('changed' as const),
  before: before?.value ?? null,
  after: after?.value ?? null,
})
