import { z } from 'zod'

/** What is read of the Chrome DevTools Protocol; whatever else its messages hold is passed over. */

const line = z.int().min(0)

export const locationSchema = z.object({
  scriptId: z.string(),
  lineNumber: line,
  columnNumber: line.default(0),
})
export type Location = z.infer<typeof locationSchema>

const previewPropertySchema = z.object({
  name: z.string(),
  type: z.string(),
  subtype: z.string().optional(),
  value: z.string().optional(),
})
export type PreviewProperty = z.infer<typeof previewPropertySchema>
const entryPartSchema = z.object({
  type: z.string(),
  subtype: z.string().optional(),
  description: z.string().optional(),
})
const previewSchema = z.object({
  overflow: z.boolean(),
  properties: z.array(previewPropertySchema),
  entries: z.array(z.object({ key: entryPartSchema.optional(), value: entryPartSchema })).optional(),
})
export type Preview = z.infer<typeof previewSchema>

export const remoteObjectSchema = z.object({
  type: z.string(),
  subtype: z.string().optional(),
  className: z.string().optional(),
  value: z.unknown().optional(),
  unserializableValue: z.string().optional(),
  description: z.string().optional(),
  objectId: z.string().optional(),
  preview: previewSchema.optional().catch(undefined),
})
export type RemoteObject = z.infer<typeof remoteObjectSchema>

export const scopeSchema = z.object({
  type: z.string(),
  name: z.string().optional(),
  object: remoteObjectSchema,
})
export type CdpScope = z.infer<typeof scopeSchema>

export const callFrameSchema = z.object({
  callFrameId: z.string(),
  functionName: z.string(),
  functionLocation: locationSchema.optional(),
  location: locationSchema,
  url: z.string().default(''),
  scopeChain: z.array(scopeSchema),
  this: remoteObjectSchema,
  returnValue: remoteObjectSchema.optional(),
})
export type CallFrame = z.infer<typeof callFrameSchema>

const asyncFrameSchema = z.object({
  functionName: z.string(),
  scriptId: z.string(),
  url: z.string(),
  lineNumber: line,
  columnNumber: line,
})
export type AsyncTrace = {
  readonly description?: string | undefined
  readonly callFrames: readonly z.infer<typeof asyncFrameSchema>[]
  readonly parent?: AsyncTrace | undefined
}
const asyncTraceSchema: z.ZodType<AsyncTrace> = z.object({
  description: z.string().optional(),
  callFrames: z.array(asyncFrameSchema),
  get parent() {
    return asyncTraceSchema.optional()
  },
})

export const pausedSchema = z.object({
  reason: z.string(),
  callFrames: z.array(callFrameSchema),
  data: z
    .looseObject({ uncaught: z.boolean().optional(), url: z.string().optional() })
    .optional()
    .catch(undefined),
  hitBreakpoints: z.array(z.string()).default([]),
  asyncStackTrace: asyncTraceSchema.optional().catch(undefined),
})
export type PausedEvent = z.infer<typeof pausedSchema>

export const scriptParsedSchema = z.object({
  scriptId: z.string(),
  url: z.string(),
  sourceMapURL: z.string().default(''),
  isModule: z.boolean().default(false),
})
export type ScriptParsed = z.infer<typeof scriptParsedSchema>

export const breakpointResolvedSchema = z.object({ breakpointId: z.string(), location: locationSchema })
export const breakpointByUrlSchema = z.object({
  breakpointId: z.string(),
  locations: z.array(locationSchema),
})
export const breakpointSetSchema = z.object({ breakpointId: z.string() })
export const possibleSchema = z.object({ locations: z.array(locationSchema) })

export const evaluatedSchema = z.object({
  result: remoteObjectSchema,
  exceptionDetails: z.object({ text: z.string(), exception: remoteObjectSchema.optional() }).optional(),
})
export type Evaluated = z.infer<typeof evaluatedSchema>

const propertySchema = z.object({
  name: z.string(),
  value: remoteObjectSchema.optional(),
  get: remoteObjectSchema.optional(),
  enumerable: z.boolean().optional(),
})
export type Property = z.infer<typeof propertySchema>
export const propertiesSchema = z.object({
  result: z.array(propertySchema),
  internalProperties: z
    .array(z.object({ name: z.string(), value: remoteObjectSchema.optional() }))
    .default([]),
  privateProperties: z.array(propertySchema).default([]),
})

export const bindingCalledSchema = z.object({ name: z.string(), payload: z.string() })
export const scriptSourceSchema = z.object({ scriptSource: z.string() })

export const attachedToWorkerSchema = z.object({
  sessionId: z.string(),
  workerInfo: z.object({ workerId: z.string(), url: z.string() }),
})
export const workerMessageSchema = z.object({ sessionId: z.string(), message: z.string() })
export const detachedSchema = z.object({ sessionId: z.string() })

/** The first that a process says: agent-link.cjs. */
export const helloSchema = z.object({
  pid: z.int().min(1),
  ppid: z.int().nullish(),
  script: z.string().optional(),
  node: z.string(),
})
export type Hello = z.infer<typeof helloSchema>

/** What it says when it is about to become another program, or to end. */
const partingSchema = z.union([
  z.object({ method: z.literal('$replaced'), params: z.object({ again: z.boolean() }) }),
  z.object({ method: z.literal('$exiting'), params: z.object({ code: z.int().min(0).max(255) }) }),
])
export type Parting = z.infer<typeof partingSchema>

const partings = ['{"method":"$replaced"', '{"method":"$exiting"']

/** Undefined where it says something else. */
export function partingOf(text: string): Parting | undefined {
  if (!partings.some(start => text.startsWith(start))) return undefined
  try {
    return partingSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
