import { randomBytes } from 'node:crypto'
import { readlink, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { compiledSchema } from '../../../../lib/compiled-schema.ts'
import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import { openly } from '../../sandbox/enclosure.ts'
import { besideDebuggee } from '../adapter-process.ts'
import { hostIn } from '../attach/attached-host.ts'
import type { OwnProcess } from '../attach/session-processes.ts'
import { anyBodySchema, type StoppedEvent, stackFrameSchema } from '../dap-messages.ts'
import type { Begun, Engine, EngineFound, EnginePlan, Planned, StopMeaning } from '../engine.ts'
import { gdbEnvironment } from '../gdb/gdb-environment.ts'
import { GdbFinder } from '../gdb/gdb-finder.ts'
import { missingFile } from '../missing-file.ts'
import type { Place } from '../place.ts'
import { DapWithin } from '../within/dap-within.ts'
import { AttachDialect } from './attach-dialect.ts'
import { ChildLinks } from './child-links.ts'
import { type Debugpy, DebugpyFinder, debugpyVersion } from './debugpy-finder.ts'
import { findInterpreter } from './interpreter.ts'

const adapterFile = join(import.meta.dirname, 'debug_server_adapter.py')
const debuggeeFile = join(import.meta.dirname, 'debug_server_debuggee.py')

/** For a look at all of the host's Pythons. */
const lookMs = 30_000
/** Of what is in the meeting place: where the adapter comes with child processes, and what debuggees are told. */
const childrenName = 'debugpy.sock'
const settingsName = 'debugpy.json'

/** Of each stream: the shim tells 2,000 characters at most, of which each may be two here. */
const mostCaptured = 4_000

const listenMs = 10_000
/** The answer to `attach` comes when everything is configured; that has deadlines of its own. */
const attachMs = 120_000

/**
 * Python by debugpy. The adapter listens on a loopback port of the system's choosing, and the debuggee, launched as any
 * command, connects to it: so its output goes into its log without passing the debugger. A token, known to the two
 * alone, keeps others off that port.
 */
export function debugpyEngine(pythons: readonly string[], scope: ProcessScope): Engine {
  const finder = new DebugpyFinder(scope)
  const gdb = new GdbFinder(scope)
  return {
    async find(environment): Promise<EngineFound> {
      const [first = 'python3', ...others] = pythons
      const place = { worktree: '/', directory: '/', environment, enclosure: openly }
      const late = AbortSignal.timeout(lookMs)
      const found = await finder.find(first, others, place, late).catch(error => {
        if (!late.aborted) throw error
        return {
          found: false,
          message: `the Pythons here say nothing for ${lookMs / 1_000} seconds`,
        } as const
      })
      if (!found.found) return { ok: false, message: found.message }
      const { interpreter, version } = found.debugpy
      const own = await debugpyVersion(found.debugpy.package)
      const versions = [...own, `Python ${version}`].join(', ')
      return { ok: true, tool: { name: basename(interpreter), version: versions } }
    },
    async plan(request, place, signal): Promise<Planned> {
      const { program } = request
      if (place.process !== undefined)
        return await attachTo(place.process, request, place, { finder, gdb, pythons }, signal)
      // Whether a module is there, only Python can tell.
      const missing = program.kind === 'file' ? await missingFile(program.file, place) : undefined
      if (missing !== undefined) return { ok: false, failure: missing }
      const interpreter = await findInterpreter(request.interpreter, place)
      if (!interpreter.found)
        return { ok: false, failure: { reason: interpreter.reason, message: interpreter.message } }
      const found = await finder.find(interpreter.path, pythons, place, signal)
      return found.found
        ? { ok: true, plan: planOf(request, interpreter.path, found.debugpy, place) }
        : { ok: false, failure: { reason: 'debugger_not_found', message: found.message } }
    },
  }
}

/** What the debuggee's shim adds to `stopped`. */
const captured = z.string().max(mostCaptured).default('')
const addedSchema = z.object({
  debugServerFrame: stackFrameSchema.optional().catch(undefined),
  debugServerCaptured: z
    .object({ stdout: captured, stderr: captured, log: captured })
    .optional()
    .catch(undefined),
})
const waitingSchema = z.object({ port: z.int().min(1).max(65_535) })

function planOf(request: DebugRequest, interpreter: string, debugpy: Debugpy, place: Place): EnginePlan {
  const token = randomBytes(32).toString('hex')
  const children = request.children !== 'ignore'
  return {
    open: opening => {
      const { outside, inside } = place.meeting()
      const socket = join(outside, childrenName)
      const links = children ? new ChildLinks(socket, attachArguments, opening.child) : undefined
      const adapter = besideDebuggee({
        file: debugpy.interpreter,
        arguments: [adapterFile],
        environment: {
          ...debugpy.environment,
          DEBUG_SERVER_ADAPTER_TOKEN: token,
          ...(children ? { DEBUG_SERVER_CHILDREN: join(inside, childrenName) } : {}),
        },
        meets: children,
      })(opening)
      return {
        client: adapter.client,
        get stderr() {
          return adapter.stderr
        },
        async [Symbol.asyncDispose]() {
          links?.[Symbol.dispose]()
          await adapter[Symbol.asyncDispose]()
        },
      }
    },
    async begin(client, event): Promise<Begun> {
      const waiting = event('debugpyWaitingForServer')
      const attached = client.request('attach', { ...attachArguments, listen }, anyBodySchema, attachMs)
      const outcome = await Promise.race([
        waiting.then(body => waitingSchema.safeParse(body)),
        attached,
        after(listenMs),
      ])
      if ('success' in outcome && outcome.success) {
        const settings = {
          package: debugpy.package,
          port: outcome.data.port,
          token,
          stop_on_entry: request.stop_on_entry,
          failures: request.exceptions === 'failures',
          children,
        }
        const { outside, inside } = place.meeting()
        await writeFile(join(outside, settingsName), JSON.stringify(settings), { mode: 0o600 })
        const file = join(inside, settingsName)
        return {
          ok: true,
          program: {
            words: [interpreter, ...interpreterFlags, debuggeeFile, file, 'program', ...target(request)],
            environment: {},
            meeting: outside,
          },
        }
      }
      return { ok: false, message: `debugpy did not begin to listen: ${reason(outcome)}` }
    },
    ...whatItDoes(request),
  }
}

const whatItDoes = (request: DebugRequest): Omit<EnginePlan, 'open' | 'begin'> => ({
  adapterId: 'debugpy',
  exceptionFilters: wanted => filters[wanted],
  hitCondition: ({ kind, count }) => `${signs[kind]}${count}`,
  everyThread: '*',
  tracesCalls: true,
  logExpression: expression => `repr(${expression})[:400]`,
  meaning: (event, first) => meaningOf(event, first && request.stop_on_entry),
  evaluationError: lastLine,
})

function meaningOf(event: StoppedEvent, entering: boolean): StopMeaning {
  const { reason, description, text } = event
  const { debugServerFrame: frame, debugServerCaptured: captured } = compiledSchema(addedSchema).parse(event)
  // debugpy says them the other way round.
  if (reason === 'exception')
    return { reason, description: text ?? null, text: description ?? null, frame, captured }
  return {
    frame,
    reason: entering && (reason === 'step' || reason === 'pause') ? 'entry' : reason,
    description: description ?? null,
    text: text ?? null,
  }
}

type Finding = {
  readonly finder: DebugpyFinder
  readonly gdb: GdbFinder
  readonly pythons: readonly string[]
}

/** The adapter runs where the process is, over whose loopback that comes to it once gdb has told it to. */
async function attachTo(
  { pid, hostPid }: OwnProcess,
  request: DebugRequest,
  place: Place,
  { finder, gdb, pythons }: Finding,
  signal: AbortSignal,
): Promise<Planned> {
  const missing = (message: string): Planned => ({
    ok: false,
    failure: { reason: 'debugger_not_found', message },
  })
  const program = await readlink(`/proc/${hostPid}/exe`).catch(() => 'python3')
  const found = await finder.find(program, pythons, place, signal)
  if (!found.found) return missing(found.message)
  const way = await gdb.find(place, signal)
  if (!way.found) return missing(`a Python program that runs is come to by gdb: ${way.message}`)
  if (!way.gdb.python)
    return missing(`${way.gdb.path} has no Python within, by which it would come to the program`)
  const { debugpy } = found
  const attach = { pid, gdb: way.gdb.path, settings: { package: debugpy.package } }
  const environment = {
    ...gdbEnvironment,
    DEBUG_SERVER_ADAPTER_TOKEN: randomBytes(32).toString('hex'),
    DEBUG_SERVER_ATTACH: JSON.stringify(attach),
  }
  const host = await hostIn({ words: [debugpy.interpreter, adapterFile], environment }, place)
  return {
    ok: true,
    plan: {
      ...whatItDoes(request),
      attached: { pauses: true, settled: 'debugServerAttached' },
      open: opening =>
        new DapWithin(host, opening, () => new AttachDialect({ ...attachArguments, listen }, pid)),
      begin: async () => ({ ok: true, program: host.program }),
    },
  }
}

/** What else is a failure is found in the debuggee, and stops it as an uncaught exception does. */
const filters = { uncaught: ['uncaught'], failures: ['uncaught'], raised: ['raised'], never: [] } as const

/** What stands before the number in pydevd's own conditions. */
const signs = { exactly: '==', from: '>=', every: '%' } as const

const listen = { host: '127.0.0.1', port: 0 }

const attachArguments = {
  subProcess: false,
  justMyCode: true,
  redirectOutput: false,
  // Names with two underscores at both ends tell nothing at most stops; functions and classes come as one entry each.
  variablePresentation: { special: 'hide', function: 'group', class: 'group', protected: 'inline' },
}

/** Python's frozen modules have no lines to stop at. Before 3.11 the option means nothing. */
const interpreterFlags = ['-Xfrozen_modules=off']

function target({ program, arguments: rest }: DebugRequest): string[] {
  switch (program.kind) {
    case 'file':
      return [program.file, ...rest]
    case 'module':
      return ['-m', program.module, ...rest]
    default:
      throw new Error(`${program.kind} is no program of Python`)
  }
}

async function after(ms: number): Promise<{ kind: 'late' }> {
  await new Promise(resolve => setTimeout(resolve, ms).unref())
  return { kind: 'late' }
}

function reason(outcome: { success: boolean } | { kind: string; message?: string; why?: string }): string {
  if ('success' in outcome) return 'its port cannot be read'
  return outcome.message ?? outcome.why ?? `nothing was heard for ${listenMs / 1_000} s`
}

/** debugpy says an exception as a whole traceback, frames of its own included: what matters is its last line. */
function lastLine(message: string): string {
  return (
    message
      .trimEnd()
      .split('\n')
      .findLast(line => /^\S/.test(line)) ?? message
  )
}
