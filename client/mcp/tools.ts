import { operationNames } from '../../services/contract/contract.ts'
import { operationTool } from './operation-tool.ts'
import { sessionDebug } from './session-debug.ts'
import type { Tool } from './tool.ts'
import { isForMcp } from './words.ts'

/** Every tool, in the order of the contract: one for each operation that is for MCP, and all debugging in one. */
export function createTools(): readonly Tool[] {
  const tools = new Map(operationNames.filter(isForMcp).map(name => [String(name), operationTool(name)]))
  return [...tools.values(), sessionDebug(name => tools.get(name))]
}
