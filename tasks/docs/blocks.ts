import {
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
  scopes: scopeList,
} as const satisfies Record<string, () => string>
