import { realpath } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import { compiledSchema } from '../../../../lib/compiled-schema.ts'
import type { ProcessScope } from '../../../../lib/processes/process-scope.ts'
import type { DebugRequest } from '../../../contract/debug-request.ts'
import { findSystemTool } from '../../commands/find-system-tool.ts'
import { openly } from '../../sandbox/enclosure.ts'
import { attachedHost } from '../attach/attached-host.ts'
import { stackFrameSchema } from '../dap-messages.ts'
import type { Begun, Engine, EngineFound, EnginePlan, Planned } from '../engine.ts'
import { missingFile } from '../missing-file.ts'
import type { AttachedProcess, Place } from '../place.ts'
import { agentEnvironment, agentFile } from './agent-environment.ts'
import { AgentRoom, BroughtAdapter } from './attached.ts'
import { launchedSchema, nodeAdapter } from './node-adapter.ts'
import { NodeFinder, type NodeFound } from './node-finder.ts'

const openFile = join(import.meta.dirname, 'open_inspector.py')
const lookMs = 30_000
const launchMs = 10_000

/**
 * Node.js, and TypeScript as Node runs it or as source maps tell of it. The program is launched as any command; an agent
 * within it comes to a unix socket of ours, and a bridge in the runner speaks with its inspector.
 */
export function nodeEngine(scope: ProcessScope, own = process.execPath): Engine {
  const finder = new NodeFinder(scope)
  return {
    async find(environment): Promise<EngineFound> {
      const place = { worktree: '/', directory: '/', environment, enclosure: openly }
      const found = await finder.find('node', place, AbortSignal.timeout(lookMs)).catch(() => undefined)
      if (found === undefined)
        return { ok: false, message: `node says nothing for ${lookMs / 1_000} seconds` }
      if (!found.found) return { ok: false, message: found.message }
      return { ok: true, tool: { name: 'node', version: found.version } }
    },
    async plan(request, place, signal): Promise<Planned> {
      const { program } = request
      if (place.process !== undefined) return await attachTo(place.process, request, place)
      if (program.kind !== 'node') throw new Error(`no program of Node: ${program.kind}`)
      const missing = await missingFile(program.file, place)
      if (missing !== undefined) return { ok: false, failure: missing }
      const node = await finder.find(request.interpreter, place, signal)
      if (!node.found) return { ok: false, failure: { reason: node.reason, message: node.message } }
      const unread = noTypeScript(program.file, node, place)
      if (unread === undefined) return { ok: true, plan: planOf(request, program.file, node.path, place) }
      const isReplaced = request.interpreter === null && !tsx.test(program.file)
      const other = isReplaced ? await finder.find(own, place, signal) : undefined
      if (!other?.found || !other.typescript)
        return {
          ok: false,
          failure: { reason: 'debugger_not_found', message: `${unread}; ${howToRead(program.file)}` },
        }
      const instead = `${unread}: it runs by Node.js ${other.version}, which this server runs by`
      return { ok: true, plan: planOf(request, program.file, other.path, place, instead) }
    },
  }
}

/** Why a file of TypeScript cannot run: by a Node that reads none, without anything else that would. */
function noTypeScript(
  file: string,
  { path, version, typescript }: Extract<NodeFound, { found: true }>,
  { environment: { NODE_OPTIONS = '' } }: Place,
): string | undefined {
  if (basename(path) !== 'node' || reader.test(NODE_OPTIONS)) return undefined
  if (tsx.test(file)) return `${file}: ${path} is Node.js ${version}, and none runs TSX by itself`
  if (typescript || !/\.[cm]?ts$/.test(file)) return undefined
  return `${file}: ${path} is Node.js ${version}, which runs no TypeScript by itself`
}

const tsx = /\.tsx$/
const loader = 'have a loader in NODE_OPTIONS, such as --import=tsx'
const howToRead = (file: string): string =>
  tsx.test(file) ? loader : `name one of 22.18 or later (interpreter), or ${loader}`

/** What makes Node read it. */
const reader = /--(?:import|require|(?:experimental-)?loader|experimental-(?:strip|transform)-types)\b|-r\b/

/** What the bridge adds to `stopped`. */
const withFrameSchema = z.object({ debugServerFrame: stackFrameSchema.optional().catch(undefined) })
const filters = { uncaught: ['uncaught'], failures: ['failures'], raised: ['raised'], never: [] } as const
const signs = { exactly: '', from: '>=', every: '%' } as const

/** `said`: in the messages of the debugger, when it is there. */
function planOf(request: DebugRequest, file: string, node: string, place: Place, said?: string): EnginePlan {
  const follows = request.children !== 'ignore'
  let tell: ((text: string) => void) | undefined
  return {
    open: opening => {
      tell = text => opening.event('output', { category: 'important', output: `${text}\n` })
      return nodeAdapter(follows)(opening)
    },
    async begin(client): Promise<Begun> {
      if (said !== undefined) tell?.(said)
      const entry = request.stop_on_entry ? await realpath(resolve(place.directory, file)) : null
      const outcome = await client.request('launch', { entry }, launchedSchema, launchMs)
      if (outcome.kind !== 'done')
        return { ok: false, message: `no socket for the program could be made: ${JSON.stringify(outcome)}` }
      const { socket, outside } = outcome.body
      return {
        ok: true,
        program: {
          words: [node, file, ...request.arguments],
          environment: agentEnvironment(socket, place.environment.NODE_OPTIONS, follows),
          meeting: outside,
        },
      }
    },
    // The bridge says itself where it stops at the entry.
    ...whatItDoes({ ...request, stop_on_entry: false }),
  }
}

const whatItDoes = (request: DebugRequest): Omit<EnginePlan, 'open' | 'begin'> => ({
  adapterId: 'node',
  everyThread: 0,
  tracesCalls: true,
  hitCondition: ({ kind, count }) => `${signs[kind]}${count}`,
  exceptionFilters: wanted => filters[wanted],
  meaning: (event, first) => {
    const { reason, description, text } = event
    const { debugServerFrame: frame } = compiledSchema(withFrameSchema).parse(event)
    const entering = first && request.stop_on_entry && reason === 'pause'
    return {
      ...{ frame, reason: entering ? 'entry' : reason },
      ...{ description: description ?? null, text: text ?? null },
    }
  },
  evaluationError: message => message,
})

/** The agent comes to a socket in a directory that the process sees as we do. */
async function attachTo(process: AttachedProcess, request: DebugRequest, place: Place): Promise<Planned> {
  const python = await findSystemTool('python3', place.environment.PATH ?? '')
  if (python === undefined)
    return {
      ok: false,
      failure: {
        reason: 'debugger_not_found',
        message: 'to come to a process takes python3, which is not here',
      },
    }
  const room = new AgentRoom(process.temporary)
  const expression = `(${bring})(${JSON.stringify(agentFile)}, ${JSON.stringify(room.path)}, CLOSES)`
  const words = [python, '-I', '-S', openFile, `${process.pid}`, expression]
  const host = await attachedHost({ words, environment: {} }, process, place, 'leaves')
  return {
    ok: true,
    plan: {
      ...whatItDoes(request),
      attached: { pauses: true },
      open: opening => new BroughtAdapter(nodeAdapter(false)(opening), host.open(), room),
      async begin(client): Promise<Begun> {
        const outcome = await client.request('attach', { directory: room.directory }, z.unknown(), launchMs)
        return outcome.kind === 'done'
          ? { ok: true, program: host.program }
          : { ok: false, message: `no socket for the program could be made: ${JSON.stringify(outcome)}` }
      },
    },
  }
}

/** What the program evaluates. Its own `require` there is only what a debugger offers. */
const bring = `(agent, room, closes) => {
  const { createRequire } = process.getBuiltinModule?.('node:module') ?? require('node:module')
  createRequire(agent)(agent).attach(room, closes)
}`
