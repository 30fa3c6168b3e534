import { z } from 'zod'
import { compiledSchema } from '../../../../lib/compiled-schema.ts'
import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import { openly } from '../../sandbox/enclosure.ts'
import { hostIn } from '../attach/attached-host.ts'
import { bridged } from '../bridge.ts'
import { stackFrameSchema } from '../dap-messages.ts'
import type { Begun, Engine, EngineFound, EnginePlan, Planned } from '../engine.ts'
import { hasDebugRegisters } from '../native/debug-registers.ts'
import { type Followed, followChildren } from '../native-children/follow-children.ts'
import { coreDump, nativeProgram } from '../native-program.ts'
import type { Place } from '../place.ts'
import { GdbBridge } from './gdb-bridge.ts'
import { gdbEnvironment, programEnvironment } from './gdb-environment.ts'
import { type Gdb, GdbFinder } from './gdb-finder.ts'
import { gdbArguments } from './start-commands.ts'
import type { Target } from './target.ts'

const lookMs = 20_000

type Registers = { readonly registers: () => Promise<boolean> }

/**
 * C, C++ and the like by gdb, which speaks its machine interface here: the protocol's own came with gdb 14. It is the
 * program of the debuggee's command, and has a shell start the debuggee with the command's own streams.
 */
export function gdbEngine(scope: ProcessScope): Engine {
  const finder = new GdbFinder(scope)
  const registers = () => hasDebugRegisters(scope)
  return {
    async find(environment): Promise<EngineFound> {
      const place = { worktree: '/', directory: '/', environment, enclosure: openly }
      const late = AbortSignal.timeout(lookMs)
      const found = await finder.find(place, late).catch(error => {
        if (!late.aborted) throw error
        return { found: false, message: `gdb says nothing for ${lookMs / 1_000} seconds` } as const
      })
      return found.found
        ? { ok: true, tool: { name: 'gdb', version: found.gdb.version } }
        : { ok: false, message: found.message }
    },
    async plan(request, place, signal): Promise<Planned> {
      const found = await finder.find(place, signal)
      if (!found.found)
        return { ok: false, failure: { reason: 'debugger_not_found', message: found.message } }
      const target = await targetOf(request, place)
      if (!target.ok) return target
      const { gdb } = found
      const engine = { words: [gdb.path, ...gdbArguments], environment: gdbEnvironment }
      const followed = await followChildren(request, place, {
        engine,
        language: 'native',
        attach: ({ pid, program, host, wake }) =>
          bridged(tells => {
            const target = { kind: 'attach', pid, program, stopOnEntry: false, wake } as const
            const bridge = new GdbBridge(tells, { target, python: gdb.python, hasDebugRegisters: registers })
            bridge.connect(host.open())
            return bridge
          }),
      })
      return followed.ok
        ? { ok: true, plan: planOf({ ...gdb, registers }, target.target, followed, place) }
        : followed
    },
  }
}

async function targetOf(
  request: DebugRequest,
  place: Place,
): Promise<{ ok: true; target: Target } | Extract<Planned, { ok: false }>> {
  const { program, stop_on_entry: stopOnEntry } = request
  if (program.kind === 'process') {
    const [name = ''] = place.process?.words ?? []
    return {
      ok: true,
      target: { kind: 'attach', stopOnEntry, pid: program.pid, program: name },
    }
  }
  if (program.kind !== 'binary') throw new Error(`${program.kind} is no program of gdb's`)
  const binary = await nativeProgram(program.file, place)
  if (!binary.ok) return binary
  if (program.core === null) {
    const environment = programEnvironment(place.environment)
    const descriptors = { input: 5, output: 3, error: 4 }
    const launch = { program: binary.path, arguments: request.arguments, environment, descriptors }
    return { ok: true, target: { kind: 'launch', stopOnEntry, ...launch } }
  }
  const core = await coreDump(program.core, place)
  if (!core.ok) return core
  return { ok: true, target: { kind: 'core', stopOnEntry, program: binary.path, core: core.path } }
}

/** What the bridge adds to `stopped`. */
const withFrameSchema = z.object({ debugServerFrame: stackFrameSchema.optional().catch(undefined) })

const signs = { exactly: '', from: '>=', every: '%' } as const

/** An exception that nobody catches is a SIGABRT, and so is an assertion that fails. */
const filters = {
  uncaught: ['errors'],
  failures: ['errors', 'exits'],
  raised: ['errors', 'throw'],
  never: [],
} as const satisfies Record<DebugRequest['exceptions'], readonly string[]>

function planOf(
  { python, registers }: Gdb & Registers,
  target: Target,
  { engine, opened }: Followed,
  place: Place,
): EnginePlan {
  let bridge: GdbBridge | undefined
  return {
    adapterId: 'gdb',
    open: opened(
      bridged(tells => {
        bridge = new GdbBridge(tells, { target, python, hasDebugRegisters: registers })
        return bridge
      }),
    ),
    async begin(): Promise<Begun> {
      const host = await hostIn(engine, place)
      bridge?.connect(host.open())
      return { ok: true, program: host.program }
    },
    ...(target.kind === 'attach' ? { attached: { pauses: false } } : {}),
    hasCommands: true,
    ...(python ? { tracesCalls: true } : {}),
    // A process is stopped as a whole.
    everyThread: 0,
    hitCondition: ({ kind, count }) => `${signs[kind]}${count}`,
    exceptionFilters: wanted => filters[wanted],
    meaning: event => {
      const { reason, description, text } = event
      const { debugServerFrame: frame } = compiledSchema(withFrameSchema).parse(event)
      return { frame, reason, description: description ?? null, text: text ?? null }
    },
    evaluationError: message => message,
  }
}
