import { z } from 'zod'

/** What is read of the arguments of requests of the Debug Adapter Protocol. */

const path = z.object({ path: z.string() })
const when = { condition: z.string().optional(), hitCondition: z.string().optional() }
const thread = z.int()
const frameId = z.int().optional()

export const setBreakpointsSchema = z.object({
  source: path,
  breakpoints: z.array(z.object({ line: z.int(), ...when, logMessage: z.string().optional() })).default([]),
})
export const setFunctionBreakpointsSchema = z.object({
  breakpoints: z.array(z.object({ name: z.string(), ...when })),
})
export const setInstructionBreakpointsSchema = z.object({
  breakpoints: z.array(z.object({ instructionReference: z.string(), offset: z.int().default(0), ...when })),
})
export const accessTypes = ['read', 'write', 'readWrite'] as const
export type AccessType = (typeof accessTypes)[number]
export const setDataBreakpointsSchema = z.object({
  breakpoints: z.array(
    z.object({ dataId: z.string(), accessType: z.enum(accessTypes).default('write'), ...when }),
  ),
})
export const dataBreakpointInfoSchema = z.object({
  name: z.string(),
  variablesReference: z.int().optional(),
  frameId,
})
export const setExceptionBreakpointsSchema = z.object({ filters: z.array(z.string()) })

const granularity = z.enum(['statement', 'line', 'instruction']).default('statement')
export const goOnSchema = z.object({ threadId: thread, granularity })

export const stackTraceSchema = z.object({
  threadId: thread,
  startFrame: z.int().min(0).default(0),
  /** 0: all. */
  levels: z.int().min(0).default(0),
})
export const scopesSchema = z.object({ frameId: z.int() })
export const variablesSchema = z.object({
  variablesReference: z.int(),
  filter: z.enum(['indexed', 'named']).optional(),
  start: z.int().min(0).default(0),
  /** 0: all. */
  count: z.int().min(0).default(0),
})
export const evaluateSchema = z.object({ expression: z.string(), frameId, context: z.string().optional() })
export const setVariableSchema = z.object({
  variablesReference: z.int(),
  name: z.string(),
  value: z.string(),
})
export const setExpressionSchema = z.object({ expression: z.string(), value: z.string(), frameId })

export const readMemorySchema = z.object({
  memoryReference: z.string(),
  offset: z.int().default(0),
  count: z.int().min(0),
})
export const writeMemorySchema = z.object({
  memoryReference: z.string(),
  offset: z.int().default(0),
  allowPartial: z.boolean().default(false),
  data: z.base64(),
})
export const disassembleSchema = z.object({
  memoryReference: z.string(),
  offset: z.int().default(0),
  instructionOffset: z.int().default(0),
  instructionCount: z.int().min(0),
})
export const modulesSchema = z.object({
  startModule: z.int().min(0).default(0),
  moduleCount: z.int().min(0).default(0),
})
export const exceptionInfoSchema = z.object({ threadId: thread })
