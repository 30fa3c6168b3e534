import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { DebugEngine } from '../../contract/debug-state.ts'
import type { OpenAdapter } from './adapter.ts'
import { debugpyEngine } from './debugpy/engine.ts'
import { delveEngine } from './delve/engine.ts'
import type { Engine } from './engine.ts'
import { gdbEngine } from './gdb/engine.ts'
import { lldbEngine } from './lldb/engine.ts'
import { nodeEngine } from './node/engine.ts'

export type EngineSettings = {
  /** Where to look for a Python with debugpy after the debuggee's own: names on PATH, or files. */
  readonly pythons: readonly string[]
  /** Stands between the runner and every adapter that it opens. Nothing unless it is given. */
  readonly between?: (open: OpenAdapter) => OpenAdapter
}

export const defaultEngineSettings: EngineSettings = { pythons: ['python3', '/usr/bin/python3'] }

/** By their names. */
export type Engines = Readonly<Record<DebugEngine, Engine>>

/** The debuggers that this runner can host. `scope` owns what they start to look about. */
export function engines({ pythons, between }: EngineSettings, scope: ProcessScope): Engines {
  const through = (engine: Engine) => (between === undefined ? engine : opensBy(between, engine))
  return {
    debugpy: through(debugpyEngine(pythons, scope)),
    gdb: through(gdbEngine(scope)),
    'lldb-dap': through(lldbEngine(scope)),
    node: through(nodeEngine(scope)),
    delve: through(delveEngine(scope)),
  }
}

const opensBy = (between: (open: OpenAdapter) => OpenAdapter, engine: Engine): Engine => ({
  find: environment => engine.find(environment),
  async plan(request, place, signal) {
    const planned = await engine.plan(request, place, signal)
    if (!planned.ok) return planned
    return { ok: true, plan: { ...planned.plan, open: between(planned.plan.open) } }
  },
})
