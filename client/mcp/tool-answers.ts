import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { deepest, nestsDeeper } from '../../lib/nesting.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { otherNames } from '../../services/contract/other-names.ts'
import { failureOf, failureText } from './failure.ts'
import { InProgress } from './in-progress.ts'
import type { Part } from './part.ts'
import { Rests } from './rests.ts'
import type { Surroundings } from './surroundings.ts'
import type { Tool } from './tool.ts'
import type { ToolCall } from './tool-call.ts'
import { ToolError } from './tool-error.ts'

export type ToolAnswers = {
  /** Calls a tool by its name. What fails is a result that says so; it rejects only where the call was given up. */
  readonly call: (
    name: string,
    given: Given,
    call: Pick<ToolCall, 'signal' | 'tell'>,
  ) => Promise<CallToolResult>
}

const meant = (name: string): string => otherNames.get(name.replace('_', '.'))?.replace('.', '_') ?? name

type Given = Readonly<Record<string, unknown>>

/** The tools of one client, with what is kept of their results for it. */
export function toolAnswers(
  tools: readonly Tool[],
  { connections, report }: Surroundings,
  inProgress = new InProgress(),
): ToolAnswers {
  const rests = new Rests()
  const byName = new Map(tools.map(tool => [tool.name, tool]))

  const part = async (name: string, given: Given, call: Pick<ToolCall, 'signal' | 'tell'>): Promise<Part> => {
    const tool = byName.get(name)
    if (tool === undefined)
      throw new ToolError(
        'unknown_tool',
        `there is no tool "${name.slice(0, 100)}"`,
        didYouMean(meant(name), byName.keys()) ?? 'tools/list tells the tools',
      )
    if (nestsDeeper(given, deepest))
      throw new ToolError(
        'invalid_input',
        `the arguments nest more than ${deepest} deep`,
        'no field of a tool wants that: see its inputSchema',
      )
    const client = await connections.client()
    return await tool.run(given, { ...call, tool: name, client, rests })
  }

  return {
    async call(name, given, call) {
      try {
        return success(await inProgress.run(() => part(name, given, call)))
      } catch (error) {
        // Nobody waits for the answer any more.
        call.signal.throwIfAborted()
        const failure = failureOf(error, connections.tokenFrom)
        if (failure === undefined) report(error)
        return refusal(failureText(failure ?? bug))
      }
    },
  }
}

/** What clients are told of the tools. */
export const shownTools = (tools: readonly Tool[]) => tools.map(({ run: _, ...tool }) => tool)

/** Answers what clients ask about tools. */
export function serveTools(
  server: Server,
  tools: readonly Tool[],
  surroundings: Surroundings,
  inProgress: InProgress,
): void {
  const answers = toolAnswers(tools, surroundings, inProgress)
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: shownTools(tools) }))
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { signal, sendNotification }) => {
    const token = params._meta?.progressToken
    const tell: ToolCall['tell'] =
      token === undefined
        ? undefined
        : told => {
            const params = { ...told, progressToken: token }
            // Who is gone is not told; the call ends by its signal.
            sendNotification({ method: 'notifications/progress', params }).catch(() => {})
          }
    return answers.call(params.name, params.arguments ?? {}, { signal, tell })
  })
}

const bug = {
  code: 'internal',
  detail: 'this program made a mistake; what it was stands on its standard error',
  fix: undefined,
}

function success({ value, cursor }: Part): CallToolResult {
  const structuredContent = cursor === undefined ? { ...value } : { ...value, cursor }
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent }
}

const refusal = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })
