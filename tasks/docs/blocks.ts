import {
  commandSections,
  commandTables,
  exitCodeTable,
  globalFlagTable,
} from '../../client/cli/manual/markdown.ts'
import { promptList, resourceList, toolTable } from '../../client/mcp/manual/markdown.ts'
import {
  closeCodeTable,
  commonProblems,
  operationSections,
  operationTables,
  problemTable,
  schemaSections,
  scopeList,
} from '../../services/contract/manual/markdown.ts'

/** What of the docs is generated, by the name that a page's mark gives. */
export const blocks = {
  operations: operationTables,
  'operations-in-full': operationSections,
  schemas: schemaSections,
  problems: problemTable,
  'common-problems': commonProblems,
  'close-codes': closeCodeTable,
  scopes: scopeList,
  commands: commandTables,
  'commands-in-full': commandSections,
  'global-flags': globalFlagTable,
  'exit-codes': exitCodeTable,
  'mcp-tools': toolTable,
  'mcp-resources': resourceList,
  'mcp-prompts': promptList,
} as const satisfies Record<string, () => string>
