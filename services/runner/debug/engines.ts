import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { DebugEngine } from '../../contract/debug-state.ts'
import { debugpyEngine } from './debugpy/engine.ts'
import { delveEngine } from './delve/engine.ts'
import type { Engine } from './engine.ts'
import { gdbEngine } from './gdb/engine.ts'
import { lldbEngine } from './lldb/engine.ts'
import { nodeEngine } from './node/engine.ts'

export type EngineSettings = {
  /** Where to look for a Python with debugpy after the debuggee's own: names on PATH, or files. */
  readonly pythons: readonly string[]
}

export const defaultEngineSettings: EngineSettings = { pythons: ['python3', '/usr/bin/python3'] }

/** By their names. */
export type Engines = Readonly<Record<DebugEngine, Engine>>

/** The debuggers that this runner can host. `scope` owns what they start to look about. */
export const engines = (settings: EngineSettings, scope: ProcessScope): Engines => ({
  debugpy: debugpyEngine(settings.pythons, scope),
  gdb: gdbEngine(scope),
  'lldb-dap': lldbEngine(scope),
  node: nodeEngine(scope),
  delve: delveEngine(scope),
})
