import { markdownTable } from '../../../lib/markdown-table.ts'
import { operationNames } from '../../../services/contract/contract.ts'
import { prompts } from '../prompts/prompts.ts'
import { resourceTemplates } from '../resources/serve.ts'
import { createTools } from '../tools.ts'
import { isForMcp, words } from '../words.ts'

/** What is served over MCP as Markdown: the generated parts of docs/mcp.md, each a block of its own. */

/** Every tool, with how long it waits where the call does not say. */
export const toolTable = (): string =>
  markdownTable(
    ['tool', 'what it does', 'waits', 'operation'],
    createTools().map(({ name, title }) => {
      const operation = operationNames.filter(isForMcp).find(one => words[one].tool === name)
      const { wait }: Readonly<Record<string, unknown>> =
        operation === undefined ? {} : { ...words[operation].defaults }
      return [
        `\`${name}\``,
        title,
        wait === undefined ? '' : `${wait} s`,
        operation === undefined ? '' : `[\`${operation}\`](api.md#${operation.replaceAll('.', '')})`,
      ]
    }),
  )

export const resourceList = (): string =>
  resourceTemplates.map(({ uriTemplate, description }) => `- \`${uriTemplate}\`: ${description}`).join('\n')

export const promptList = (): string =>
  prompts
    .map(({ name, description, takes }) => {
      const lines = Object.entries(takes).map(
        ([argument, { description, required }]) =>
          `  - \`${argument}\`${required === true ? ' (required)' : ''}: ${description}`,
      )
      return [`- \`${name}\`: ${description}.`, ...lines].join('\n')
    })
    .join('\n')
