import { z } from 'zod'
import { cutText } from './cut-text.ts'

/** What is read of the Debug Adapter Protocol's messages; whatever else they hold is passed over. */

const seq = z.int()
/** A text that is told as it is, but for its length. */
const text = z.string().transform(all => cutText(all).value)
/** No file has a longer one. */
const path = z.string().max(4_096).optional().catch(undefined)

export const dapMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('response'),
    request_seq: seq,
    success: z.boolean(),
    message: z.string().optional(),
    body: z.unknown().optional(),
  }),
  z.object({ type: z.literal('event'), event: z.string().max(200), body: z.unknown().optional() }),
  z.object({
    type: z.literal('request'),
    seq,
    command: z.string(),
    arguments: z.unknown().optional(),
  }),
])

/** The body of an `ErrorResponse`, where an adapter says more than in `message`. */
export const errorBodySchema = z.object({ error: z.object({ format: z.string() }) })

/** What an adapter says in other words than yes, it cannot. */
const can = z.boolean().default(false).catch(false)
export const capabilitiesSchema = z
  .object({
    supportsConfigurationDoneRequest: can,
    supportsExceptionInfoRequest: can,
    supportsFunctionBreakpoints: can,
    supportsConditionalBreakpoints: can,
    supportsHitConditionalBreakpoints: can,
    supportsLogPoints: can,
    supportsDataBreakpoints: can,
    supportsExceptionFilterOptions: can,
    supportsStepBack: can,
    supportsSteppingGranularity: can,
    supportsSingleThreadExecutionRequests: can,
    supportsSetVariable: can,
    supportsSetExpression: can,
    supportsDisassembleRequest: can,
    supportsReadMemoryRequest: can,
    supportsWriteMemoryRequest: can,
    supportsModulesRequest: can,
    supportsLoadedSourcesRequest: can,
    exceptionBreakpointFilters: z
      .array(z.object({ filter: z.string(), supportsCondition: can }))
      .default([])
      .catch([]),
  })
  .prefault({})
export type Capabilities = z.infer<typeof capabilitiesSchema>

export const sourceSchema = z.object({
  name: text.optional(),
  path,
  /** Above 0 where its text is to be asked for. */
  sourceReference: z.int().optional(),
})
export type Source = z.infer<typeof sourceSchema>

export const adapterBreakpointSchema = z.object({
  id: z.int().optional(),
  verified: z.boolean(),
  message: text.optional(),
  line: z.int().optional(),
})
export type AdapterBreakpoint = z.infer<typeof adapterBreakpointSchema>
export const setBreakpointsBodySchema = z.object({ breakpoints: z.array(adapterBreakpointSchema) })
/** Older adapters say nothing of each. */
export const setExceptionBreakpointsBodySchema = z
  .object({ breakpoints: z.array(adapterBreakpointSchema).optional() })
  .nullish()
export const dataBreakpointInfoBodySchema = z.object({
  dataId: z.string().nullable().default(null),
  description: z.string().default(''),
  accessTypes: z.array(z.string()).optional(),
})
export const breakpointEventSchema = z.object({ reason: z.string(), breakpoint: adapterBreakpointSchema })

export const exitedEventSchema = z.object({ exitCode: z.int() })

export const processEventSchema = z.object({ systemProcessId: z.int().optional() })

/** With whatever an engine's adapter adds to it. */
export const stoppedEventSchema = z.looseObject({
  reason: text,
  description: z.string().optional(),
  text: z.string().optional(),
  /** 0 is a thread like any other. */
  threadId: z.int().optional(),
  hitBreakpointIds: z.array(z.int()).optional(),
})
export type StoppedEvent = z.infer<typeof stoppedEventSchema>

export const outputEventSchema = z.object({
  category: z.string().max(100).default('console'),
  output: z.string(),
  source: sourceSchema.nullish(),
  line: z.int().optional(),
})

export const threadsBodySchema = z.object({
  threads: z.array(z.object({ id: z.int(), name: text })),
})

export const stackFrameSchema = z.object({
  id: z.int(),
  name: z.string(),
  line: z.int(),
  column: z.int(),
  source: sourceSchema.nullish(),
  instructionPointerReference: z.string().optional(),
})
export type StackFrame = z.infer<typeof stackFrameSchema>
export const stackTraceBodySchema = z.object({ stackFrames: z.array(stackFrameSchema) })

export const scopesBodySchema = z.object({
  scopes: z.array(
    z.object({ name: text, variablesReference: z.int(), expensive: z.boolean().default(false) }),
  ),
})

/** How many parts there are, where the adapter gives them by the page. */
const counts = { indexedVariables: z.int().min(0).optional(), namedVariables: z.int().min(0).optional() }

export const variablesBodySchema = z.object({
  variables: z.array(
    z.object({
      name: z.string(),
      value: z.string(),
      type: z.string().optional(),
      variablesReference: z.int().default(0),
      ...counts,
    }),
  ),
})

export const evaluateBodySchema = z.object({
  result: z.string(),
  type: z.string().optional(),
  variablesReference: z.int().default(0),
  memoryReference: z.string().optional(),
  ...counts,
})

/** `result`: lldb-dap 19 calls it so. */
export const setValueBodySchema = z
  .object({
    value: z.string().optional(),
    result: z.string().optional(),
    type: z.string().optional(),
    variablesReference: z.int().default(0),
    ...counts,
  })
  .transform(({ value, result, ...rest }) => ({ value: value ?? result ?? '', ...rest }))

export const sourceBodySchema = z.object({ content: z.string() })

export const loadedSourcesBodySchema = z.object({ sources: z.array(sourceSchema) })

export const modulesBodySchema = z.object({
  modules: z.array(
    z.object({
      id: z.union([text, z.number()]),
      name: text,
      path: text.optional(),
      version: text.optional(),
      symbolStatus: text.optional(),
    }),
  ),
})

export const disassembleBodySchema = z.object({
  instructions: z.array(
    z.object({
      address: text,
      instructionBytes: text.optional(),
      instruction: text,
      symbol: text.optional(),
      location: sourceSchema.optional(),
      line: z.int().optional(),
    }),
  ),
})

export const readMemoryBodySchema = z.object({
  address: text,
  unreadableBytes: z.int().min(0).default(0),
  data: z.base64().default(''),
})
export const writeMemoryBodySchema = z.object({ bytesWritten: z.int().optional() }).nullish()

export const exceptionInfoBodySchema = z.object({
  exceptionId: text,
  description: text.nullish(),
  breakMode: text.default('always'),
  details: z.object({ message: text.nullish(), stackTrace: z.string().nullish() }).nullish(),
})

export const anyBodySchema = z.unknown().optional()
