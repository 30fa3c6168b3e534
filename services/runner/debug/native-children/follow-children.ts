import { join } from 'node:path'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import { findSystemTool } from '../../commands/find-system-tool.ts'
import type { Adapter, OpenAdapter, Opening } from '../adapter.ts'
import type { Planned } from '../engine.ts'
import type { Place } from '../place.ts'
import { type NativeDebugger, nativeChild } from './native-child.ts'
import { ProcessWatch, type WaitingProcess } from './process-watch.ts'

const watcherFile = join(import.meta.dirname, 'watch_processes.py')
const socketName = 'children'

export type Followed = {
  readonly ok: true
  /** What the debuggee's command is to run. */
  readonly engine: NativeDebugger['engine']
  /** To be put around what speaks with the debugger of the program itself. */
  readonly opened: (open: OpenAdapter) => OpenAdapter
}

/**
 * The debugger of a program as it is asked for: with `follow`, each process that the program starts comes as a debug session of its
 * own, see watch_processes.py and decision 0109.
 */
export async function followChildren(
  { children, program }: Pick<DebugRequest, 'children' | 'program'>,
  place: Place,
  how: NativeDebugger,
): Promise<Followed | Extract<Planned, { ok: false }>> {
  // The filter cannot be put on a process that runs already.
  if (children !== 'follow' || program.kind === 'process')
    return { ok: true, engine: how.engine, opened: open => open }
  const python = await findSystemTool('python3', place.environment.PATH ?? '')
  if (python === undefined) {
    const message = 'to follow child processes takes python3, which is not on the PATH'
    return { ok: false, failure: { reason: 'debugger_not_found', message } }
  }
  const { inside, outside } = place.meeting()
  const watcher = [python, '-I', '-S', watcherFile, join(inside, socketName), how.language]
  return {
    ok: true,
    engine: { ...how.engine, words: [...watcher, ...how.engine.words] },
    opened: open => opening => {
      const watch = new ProcessWatch(join(outside, socketName), {
        came: process => void come(process, watch, how, opening),
        passed: (process, why) => opening.event('output', passedOver(process, why)),
      })
      return watching(open(opening), watch)
    },
  }
}

async function come(
  process: WaitingProcess,
  watch: ProcessWatch,
  how: NativeDebugger,
  { place, child, event }: Opening,
): Promise<void> {
  try {
    child(await nativeChild(process, watch, how, place))
  } catch (error) {
    watch.release(process.pid)
    event('output', passedOver(process, error instanceof Error ? error.message : String(error)))
  }
}

const passedOver = ({ pid, program }: Omit<WaitingProcess, 'parent'>, why: string) => ({
  category: 'important',
  output: `process ${pid} (${program}) runs without a debugger: ${why}\n`,
})

const watching = (adapter: Adapter, watch: ProcessWatch): Adapter => ({
  client: adapter.client,
  get stderr() {
    return adapter.stderr
  },
  lost: adapter.lost,
  async [Symbol.asyncDispose]() {
    watch[Symbol.dispose]()
    await adapter[Symbol.asyncDispose]()
  },
})
