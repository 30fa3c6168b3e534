import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import { openly } from '../../sandbox/enclosure.ts'
import type { OpenAdapter } from '../adapter.ts'
import { hostIn } from '../attach/attached-host.ts'
import type { StoppedEvent } from '../dap-messages.ts'
import type { Engine, EngineFound, EnginePlan, Planned, StopMeaning } from '../engine.ts'
import { hasDebugRegisters } from '../native/debug-registers.ts'
import { type Followed, followChildren } from '../native-children/follow-children.ts'
import type { NativeDebugger } from '../native-children/native-child.ts'
import { coreDump, nativeProgram } from '../native-program.ts'
import type { Place } from '../place.ts'
import { versionOf } from '../version-of.ts'
import { DapWithin } from '../within/dap-within.ts'
import { type EngineHost, engineHost } from '../within/engine-host.ts'
import { besideIt, findLldb, lldbMissing } from './find-lldb.ts'
import { LldbDialect, type LldbTarget } from './lldb-dialect.ts'
import { signalStop } from './signal-stop.ts'

const versionSaid = /version ([\w.+~-]+)/

/** C, C++, Rust and the like by lldb-dap, which runs within the debuggee's command: see decision 0067. */
export function lldbEngine(scope: ProcessScope): Engine {
  return {
    async find(environment): Promise<EngineFound> {
      const lldb = await findLldb({ environment, directory: '/', enclosure: openly })
      if (lldb === undefined) return { ok: false, message: lldbMissing }
      const version = await versionOf([besideIt(lldb), '--version'], environment, scope, versionSaid)
      return { ok: true, tool: { name: 'lldb-dap', version } }
    },
    async plan(request, place, _signal): Promise<Planned> {
      const { program } = request
      const lldb = await findLldb(place)
      if (lldb === undefined)
        return { ok: false, failure: { reason: 'debugger_not_found', message: lldbMissing } }
      const followed = await followChildren(request, place, lldbOf(lldb, request, place))
      if (!followed.ok) return followed
      if (program.kind === 'process') return attachTo(program.pid, request, followed, place, scope)
      if (program.kind !== 'binary') throw new Error(`${program.kind} is no program of lldb`)
      const native = await nativeProgram(program.file, place)
      if (!native.ok) return native
      const core = program.core === null ? null : await coreDump(program.core, place)
      if (core?.ok === false) return core
      const target = {
        program: native.path,
        arguments: request.arguments,
        core: core === null ? null : core.path,
        directory: place.directory,
        pid: null,
      }
      const host = await engineHost(followed.engine, place)
      const plan = planOf(request, target, host, scope)
      return { ok: true, plan: { ...plan, open: followed.opened(plan.open) } }
    },
  }
}

const lldbOf = (lldb: string, request: DebugRequest, { directory }: Place): NativeDebugger => ({
  engine: { words: [lldb, '--repl-mode=command'], environment: {} },
  language: 'native',
  attach: ({ pid, program, host, wake }) => {
    const target = { program, arguments: [], core: null, directory, pid, wake }
    return adapterOf({ ...request, stop_on_entry: false }, target, host)
  },
})

async function attachTo(
  pid: number,
  request: DebugRequest,
  { engine }: Followed,
  place: Place,
  scope: ProcessScope,
): Promise<Planned> {
  const [program = ''] = place.process?.words ?? []
  const target = { program, arguments: [], core: null, directory: place.directory, pid }
  const host = await hostIn(engine, place)
  return { ok: true, plan: { ...planOf(request, target, host, scope), attached: { pauses: false } } }
}

const adapterOf =
  (request: DebugRequest, target: LldbTarget, host: EngineHost): OpenAdapter =>
  opening =>
    new DapWithin(host, opening, tell => new LldbDialect(target, request, tell))

const planOf = (
  request: DebugRequest,
  target: LldbTarget,
  host: EngineHost,
  scope: ProcessScope,
): EnginePlan => ({
  adapterId: 'lldb-dap',
  open: adapterOf(request, target, host),
  begin: async () => ({ ok: true, program: host.program }),
  // Its filters are for exceptions of C++ as they are thrown and caught. One that nobody catches ends in SIGABRT.
  exceptionFilters: wanted => (wanted === 'raised' ? ['cpp_throw'] : []),
  hitCondition: ({ kind, count }) => (kind === 'from' ? String(count) : undefined),
  everyThread: 0,
  watches: () => hasDebugRegisters(scope),
  hasCommands: true,
  tracesCalls: true,
  meaning,
  functionName: withoutHash,
  evaluationError: message => message.replace(/^error: /, '').replace(/^<[^>]*>:\d+:\d+: /, ''),
})

/** Rust's compiler puts the hash of a function's whole type behind its name. */
const withoutHash = (name: string): string => name.replace(/::h[0-9a-f]{16}$/, '')

/** Breakpoints by numbers of lldb's own, which are others than those that clients know. */
const numbered = /^breakpoint(?: \d+\.\d+)+$/

function meaning({ reason, description, text }: StoppedEvent): StopMeaning {
  const signal = reason === 'exception' ? signalStop(description) : undefined
  if (signal !== undefined) return { reason, description: signal.name, text: signal.cause }
  const isNumber = numbered.test(description ?? '')
  return { reason, description: isNumber ? null : (description ?? null), text: text ?? null }
}
