import { readConfiguration } from './configuration.ts'
import { variablesIn } from './expand.ts'
import type { Environment } from './judge.ts'
import { mcpVariables } from './mcp/variables.ts'

/** The variables that settings refer to: who reads them in another environment needs these in it. */
export const namedVariables = (root: string, environment: Environment): string[] => [
  ...[...readConfiguration(root, environment).set.values()].flatMap(({ key, value }) =>
    key.expand !== undefined && typeof value === 'string' ? variablesIn(value) : [],
  ),
  ...mcpVariables(root),
]
