import { z } from 'zod'
import { firstBreakpoint } from './debug-breakpoints.ts'
import { viewerSchema } from './debug-control.ts'
import { type DebugEngine, debugEngines } from './debug-state.ts'

/**
 * Of those that the program raises: those that nothing catches; these and what else makes a program or a test fail, such as
 * what a test framework catches and calls a failure; each when it is raised; or none.
 */
export const exceptionStops = ['uncaught', 'failures', 'raised', 'never'] as const

/** Whether processes that the program starts come under its debugger, too, or run without one. */
export const childrenPolicies = ['follow', 'ignore'] as const

/**
 * What a debuggee is to be and where it is to stop, as the API hands it to the runner through the store. Where and how
 * it runs (directory, environment, time limit) is its command's affair.
 */
export const debugRequestSchema = z.object({
  program: z.discriminatedUnion('kind', [
    /** Of Python. */
    z.object({ kind: z.literal('file'), file: z.string() }),
    z.object({ kind: z.literal('module'), module: z.string() }),
    /** An executable; with `core` it is not run, but seen as it was when it left that core dump. */
    z.object({ kind: z.literal('binary'), file: z.string(), core: z.string().nullable() }),
    z.object({ kind: z.literal('node'), file: z.string() }),
    /** A package's directory, a file of Go, or what was built from one, which may have left a core dump. */
    z.object({ kind: z.literal('go'), path: z.string(), core: z.string().optional() }),
    /** One that runs already, by its number as its command's programs see it. */
    z.object({ kind: z.literal('process'), pid: z.int(), command: z.string().nullable() }),
  ]),
  arguments: z.array(z.string()),
  /** The Python or Node that runs it. Null: to be found. */
  interpreter: z.string().nullable(),
  /** Which debuggers may be used: the first that the host has. */
  engines: z.array(z.enum(debugEngines)).min(1),
  breakpoints: z.array(firstBreakpoint),
  stop_on_entry: z.boolean(),
  exceptions: z.enum(exceptionStops),
  /** Functions whose calls are recorded from its start on, each as FILE:FUNCTION. */
  trace: z.array(z.string()).optional(),
  /** Absent: as the debugger usually has it. */
  children: z.enum(childrenPolicies).optional(),
  /** Whether it runs only when the editor that launched it has said where to stop. */
  held: z.boolean().optional(),
  /** Who has launched it; absent in rows of before this was kept. */
  launched_by: viewerSchema.optional(),
})
export type DebugRequest = z.infer<typeof debugRequestSchema>
export type DebuggeeKind = DebugRequest['program']['kind']

/** The debuggers of each kind of program, the usual one first. */
export const enginesFor = {
  file: ['debugpy'],
  module: ['debugpy'],
  binary: ['gdb', 'lldb-dap'],
  node: ['node'],
  go: ['delve'],
  process: debugEngines,
} as const satisfies Record<DebuggeeKind, readonly DebugEngine[]>

/** The debuggee as its user would type it. */
export function debuggeeLine({ interpreter, program, engines, arguments: rest }: DebugRequest): string[] {
  switch (program.kind) {
    case 'file':
      return [interpreter ?? 'python3', program.file, ...rest]
    case 'module':
      return [interpreter ?? 'python3', '-m', program.module, ...rest]
    case 'binary':
      return program.core === null
        ? [program.file, ...rest]
        : [engines[0] ?? 'gdb', program.file, program.core]
    case 'node':
      return [interpreter ?? 'node', program.file, ...rest]
    case 'go':
      return program.core === undefined
        ? ['go', 'run', program.path, ...rest]
        : ['dlv', 'core', program.path, program.core]
    case 'process':
      return [engines.length === 1 ? (engines[0] ?? 'gdb') : 'debugger', '--pid', `${program.pid}`]
  }
}
