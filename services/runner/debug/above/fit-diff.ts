import type { StopDiff, VariableChange } from '../../../contract/debug-diff.ts'
import { cutText } from '../cut-text.ts'
import { bytesOf } from './fit-report.ts'

/** What is kept of a comparison. The first level that fits is taken. */
type Level = {
  readonly frames: number
  /** Variables of a frame, and parts of one. */
  readonly variables: number
  readonly parts: number
  /** Characters of a value. */
  readonly value: number
}

const levels: readonly Level[] = [
  { frames: 20, variables: 60, parts: 20, value: 200 },
  { frames: 12, variables: 25, parts: 8, value: 120 },
  { frames: 8, variables: 12, parts: 4, value: 80 },
  { frames: 4, variables: 6, parts: 2, value: 40 },
  { frames: 2, variables: 2, parts: 0, value: 20 },
]
const mostName = 80

/** A comparison of at most so many bytes of JSON: what is left out is named. */
export function fitDiff(whole: StopDiff, room: number): StopDiff {
  const diff = { ...whole, from: shortStop(whole.from), to: shortStop(whole.to) }
  for (const level of levels) {
    const fitted = atLevel(diff, level)
    if (bytesOf(fitted) <= room) return fitted
  }
  const nothing = { entered: [], left: [], same: diff.stack.same }
  return { ...diff, frames: [], stack: nothing, left_out: ['all that changed: debug.variables, debug.stack'] }
}

function atLevel(diff: StopDiff, level: Level): StopDiff {
  const left: string[] = []
  const few = <One>(all: readonly One[], most: number, what: string): One[] => {
    if (all.length > most) left.push(`${all.length - most} ${what}`)
    return all.slice(0, most)
  }
  const { entered, left: gone, same } = diff.stack
  const frames = few(diff.frames, level.frames, 'frames that differ: debug.stack').map(frame => ({
    ...frame,
    ...placed(frame),
    variables: few(frame.variables, level.variables, `changes in ${named(frame.name)}: debug.variables`).map(
      variable => shortChange(variable, level, few),
    ),
  }))
  const stack = {
    entered: few(entered, level.frames, 'frames that were entered: debug.stack').map(frame => ({
      ...frame,
      ...placed(frame),
    })),
    left: few(gone, level.frames, 'frames that were left').map(frame => ({ ...frame, ...placed(frame) })),
    same,
  }
  return { ...diff, frames, stack, left_out: [...diff.left_out, ...left].slice(0, 10) }
}

const shortStop = (stop: StopDiff['to']): StopDiff['to'] =>
  stop === null || stop.frame === null ? stop : { ...stop, frame: { ...stop.frame, ...placed(stop.frame) } }

const named = (name: string): string => cutText(name, mostName).value

const placed = ({ name, file }: { name: string; file: string | null }) => ({
  name: named(name),
  file: file === null ? null : cutText(file, 200).value,
})

function shortChange(
  variable: VariableChange,
  { parts, value }: Level,
  few: <One>(all: readonly One[], most: number, what: string) => One[],
): VariableChange {
  const short = <Change extends Pick<VariableChange, 'name' | 'before' | 'after'>>(change: Change) => ({
    ...change,
    name: named(change.name),
    before: change.before === null ? null : cutText(change.before, value).value,
    after: change.after === null ? null : cutText(change.after, value).value,
  })
  return {
    ...short(variable),
    type: variable.type === null ? null : named(variable.type),
    parts: few(variable.parts, parts, `changes in ${named(variable.name)}: debug.variables`).map(short),
  }
}
