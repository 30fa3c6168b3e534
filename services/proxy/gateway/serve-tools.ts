import {
  type CallToolRequest,
  CallToolRequestSchema,
  type CallToolResult,
  CallToolResultSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js'
import { didYouMean } from '../../../lib/suggest.ts'
import { type Extra, ownWords } from './call.ts'
import { withPublicUris } from './catalogue/addresses.ts'
import { isOffered, type ToolTarget, toolWith } from './catalogue/catalogue.ts'
import { composedCall, decodedResult } from './catalogue/composite.ts'
import type { Client, ClientDependencies } from './client.ts'
import { UpstreamError } from './upstream/upstream-error.ts'
import { visibleTools } from './view.ts'

type Arguments = Record<string, unknown>
type Called = { readonly server: string; readonly tool: string; readonly arguments: Arguments }

/** Answers what a client asks about tools. A call that fails is a result that says so, which an agent reads. */
export function serveTools(client: Client, { views, calls }: ClientDependencies): void {
  const { server } = client
  server.setRequestHandler(ListToolsRequestSchema, async (_, extra) => {
    await client.meet(extra)
    return { tools: visible().map(({ definition }) => definition) as never[] }
  })
  const visible = () => visibleTools(client.catalogue, client.isThere, views.offers)

  const calledBy = (target: ToolTarget, given: Arguments): Called | string => {
    if (target.kind === 'tool') return { server: target.server, tool: target.tool, arguments: given }
    const composed = composedCall(target.composite, given, views.offers)
    return composed.ok ? { ...composed } : composed.message
  }

  const answerCall = async ({ params }: CallToolRequest, extra: Extra): Promise<CallToolResult> => {
    const { name, arguments: given = {}, ...rest } = params
    const meetOwners = () => client.meetOwners(name, extra)
    const why = client.catalogue.tools.has(name) ? undefined : await client.orProtocolError(meetOwners)
    // Only who starts one knows of the rest, of which one may have this name.
    if (why === undefined && !client.catalogue.tools.has(name)) await client.meet(extra)
    const known = client.catalogue.tools.get(name)
    const { servers } = client
    const exposed = known && toolWith(known, one => servers.includes(one), views.offers)
    if (exposed === undefined) {
      if (why !== undefined) return refusal(why.message, { reason: why.reason })
      const names = visible().map(one => one.definition.name)
      return refusal(client.refusalOfTool(name) ?? unknownTool(name, names))
    }
    const called = calledBy(exposed.target, given)
    if (typeof called === 'string') return refusal(called)
    const settings = views.settings.servers[called.server]
    if (settings === undefined || !isOffered(settings, called.tool))
      return refusal(`the tool ${called.tool} of the server ${called.server} is not offered here`)
    try {
      const { _meta: _, ...kept } = rest
      const asked = { ...kept, name: called.tool, arguments: called.arguments }
      const answer = await client.ask({ server: called.server, method: 'tools/call', params: asked }, extra)
      const decoded =
        exposed.target.kind === 'composite' ? decodedResult(exposed.target.composite, answer) : answer
      const result = client.endpoint.kind === 'all' ? withPublicUris(called.server, decoded) : decoded
      const parsed = CallToolResultSchema.safeParse(result)
      if (!parsed.success)
        return refusal(`the server ${called.server} answered something that is no result of a tool`)
      return client.startsAnew(called.server) ? startedAnew(called.server, parsed.data) : parsed.data
    } catch (error) {
      // Nobody waits for the answer any more.
      extra.signal.throwIfAborted()
      if (error instanceof UpstreamError) return refusal(error.message, { reason: error.reason })
      if (error instanceof McpError) {
        const { message, code, data } = ownWords(error)
        if (code === ErrorCode.InvalidParams) throw ownWords(error)
        return refusal(`${called.server}: ${withoutCode(message)}`, {
          code,
          ...(data === undefined ? {} : { data }),
        })
      }
      return await client.orProtocolError(() => Promise.reject(error))
    }
  }
  server.setRequestHandler(CallToolRequestSchema, (request, extra) =>
    calls.around(request.params.name, request.params.arguments, () => answerCall(request, extra)),
  )
}

const startedAnew = (server: string, result: CallToolResult): CallToolResult => {
  const text = `your session was taken up anew since your last call (the gateway was replaced, or you were idle for long): the server ${server}, which is of your connection alone, has been started anew, and what it held is gone`
  return { ...result, content: [...result.content, { type: 'text', text }] }
}

const unknownTool = (name: string, known: readonly string[]): string =>
  `there is no tool "${name.slice(0, 100)}"; ${didYouMean(name, known) ?? 'tools/list tells the tools'}`

const withoutCode = (message: string): string => message.replace(/^MCP error -?\d+: /, '')

const refusal = (text: string, more: Record<string, unknown> = {}): CallToolResult => ({
  content: [{ type: 'text', text }],
  isError: true,
  ...(Object.keys(more).length === 0 ? {} : { _meta: { 'debug-server/error': more } }),
})
