import { environmentReader, type ProcessTable, processTable } from './process-table.ts'

/** The process table at one moment, and environments read by it. `moment` counts; it is no time. */
export interface ProcessView extends ProcessTable {
  readonly moment: number
  readonly read: (pid: number, variable: string) => string | undefined
}

let moments = 0
let latest: ProcessView | undefined

/** A moment that is after every view so far. */
export function nextMoment(): number {
  return ++moments
}

/**
 * A view from after `since`: the latest one where it is, for reading all of /proc takes milliseconds and scopes often end
 * together. What has gone meanwhile may still be in it; who was not in it and is started by nobody is not there now.
 */
export function viewSince(since: number): ProcessView {
  if (latest === undefined || latest.moment <= since) latest = takeView()
  return latest
}

function takeView(): ProcessView {
  const moment = nextMoment()
  const read = environmentReader()
  const known = new Map<string, string | undefined>()
  return {
    moment,
    ...processTable(),
    read: (pid, variable) => {
      const key = `${pid} ${variable}`
      if (!known.has(key)) known.set(key, read(pid, variable))
      return known.get(key)
    },
  }
}
