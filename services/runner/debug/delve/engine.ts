import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import { openly } from '../../sandbox/enclosure.ts'
import type { OpenAdapter } from '../adapter.ts'
import { hostIn } from '../attach/attached-host.ts'
import type { Engine, EngineFound, EnginePlan, Planned } from '../engine.ts'
import { missingFile } from '../missing-file.ts'
import { followChildren } from '../native-children/follow-children.ts'
import { coreDump, nativeProgram } from '../native-program.ts'
import type { Place } from '../place.ts'
import { versionOf } from '../version-of.ts'
import { DapWithin } from '../within/dap-within.ts'
import type { EngineHost } from '../within/engine-host.ts'
import { connectingHost } from './connecting-host.ts'
import { buildMs, DelveDialect, type DelveTarget } from './delve-dialect.ts'
import { findDelve } from './find-delve.ts'

const relayFile = join(import.meta.dirname, 'dap_relay.py')
const versionSaid = /^Version: (\S+)/m

/** Go by Delve, which runs within the debuggee's command: see decision 0067. */
export function delveEngine(scope: ProcessScope): Engine {
  return {
    async find(environment): Promise<EngineFound> {
      const found = await findDelve({ environment, directory: '/', enclosure: openly })
      if (!found.found) return { ok: false, message: found.message }
      return {
        ok: true,
        tool: {
          name: 'dlv',
          version: await versionOf([found.delve.dlv, 'version'], environment, scope, versionSaid),
        },
      }
    },
    async plan(request, place): Promise<Planned> {
      const found = await findDelve(place)
      if (!found.found)
        return { ok: false, failure: { reason: 'debugger_not_found', message: found.message } }
      const target = await targetOf(request, place)
      if (!target.ok) return target
      const { python, dlv } = found.delve
      // Delve looks for its own in the home of the host's user otherwise, and complains where there is none.
      const { TMPDIR = '/tmp', HOME = TMPDIR, XDG_CONFIG_HOME = join(HOME, '.config') } = place.environment
      const environment = { XDG_CONFIG_HOME }
      if (connects(request, place)) {
        const { host, begin } = await connectingHost(dlv, environment, place)
        return { ok: true, plan: { ...planOf(request, target.target, host), begin } }
      }
      const words = [python, '-I', '-S', relayFile, dlv]
      const followed = await followChildren(request, place, {
        engine: { words, environment },
        language: 'go',
        attach: ({ pid, host, wake }) =>
          adapterOf({ ...request, stop_on_entry: false }, { ...processOf(pid, place), wake }, host),
      })
      if (!followed.ok) return followed
      const host = await hostIn(followed.engine, place)
      const bare = planOf(request, target.target, host)
      const plan = { ...bare, open: followed.opened(bare.open) }
      return {
        ok: true,
        plan: target.target.mode === 'local' ? { ...plan, attached: { pauses: false } } : plan,
      }
    },
  }
}

/** Whether Delve shares our network for certain: a process that runs already, or is a child, may have one of its own. */
const connects = ({ children, program }: DebugRequest, { enclosure }: Place): boolean =>
  process.platform === 'linux' && enclosure.network && children !== 'follow' && program.kind !== 'process'

const processOf = (pid: number, { worktree }: Place): DelveTarget => ({
  ...{ mode: 'local', program: '', pid, arguments: [], configuration: null },
  ...{ directory: '/', buildDirectory: '/', output: '', worktree },
})

async function targetOf(
  { program, arguments: rest }: DebugRequest,
  place: Place,
): Promise<{ ok: true; target: DelveTarget } | Extract<Planned, { ok: false }>> {
  if (program.kind === 'process') return { ok: true, target: processOf(program.pid, place) }
  if (program.kind !== 'go') throw new Error(`${program.kind} is no program of Go`)
  const { directory, environment, worktree } = place
  const missing = await missingFile(program.path, place)
  if (missing !== undefined) return { ok: false, failure: missing }
  const path = resolve(directory, program.path)
  const isDirectory = (await stat(path)).isDirectory()
  const output = join(environment.TMPDIR ?? '/tmp', `debug-server-${randomBytes(12).toString('hex')}`)
  const configuration = environment.XDG_CONFIG_HOME ?? null
  const common = {
    ...{ arguments: rest, configuration },
    ...{ directory, worktree },
    buildDirectory: isDirectory ? path : dirname(path),
    output,
  }
  const isSource = isDirectory || path.endsWith('.go')
  if (program.core !== undefined) {
    const message = `${program.path}: a core dump is looked into with the program that has left it, which is built already`
    if (isSource) return { ok: false, failure: { reason: 'not_executable', message } }
    const core = await coreDump(program.core, place)
    if (!core.ok) return core
    return { ok: true, target: { ...common, mode: 'core', program: path, core: core.path } }
  }
  if (isSource) return { ok: true, target: { ...common, mode: 'debug', program: path } }
  const built = await nativeProgram(program.path, place)
  return built.ok ? { ok: true, target: { ...common, mode: 'exec', program: built.path } } : built
}

const signs = { exactly: '==', from: '>=', every: '%' } as const

const adapterOf =
  (request: DebugRequest, target: DelveTarget, host: EngineHost): OpenAdapter =>
  opening =>
    new DapWithin(host, opening, tell => new DelveDialect(target, request, tell))

const planOf = (request: DebugRequest, target: DelveTarget, host: EngineHost): EnginePlan => ({
  adapterId: 'dlv',
  open: adapterOf(request, target, host),
  begin: async () => ({ ok: true, program: host.program }),
  ...(target.mode === 'debug' ? { launchMs: buildMs } : {}),
  // It stops at panics that nobody recovers from, and at fatal errors, without being asked to.
  exceptionFilters: () => [],
  hitCondition: ({ kind, count }) => `${signs[kind]} ${count}`,
  tracesCalls: true,
  everyThread: 0,
  meaning: ({ reason, description, text }) => ({
    reason,
    description: description ?? null,
    text: text ?? null,
  }),
  evaluationError: message => message.replace(/^Unable to evaluate expression: /, ''),
})
