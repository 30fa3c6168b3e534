import { prompts, shownPrompt } from './prompts/prompts.ts'
import { resourceTemplates } from './resources/serve.ts'
import { serverInfo } from './server.ts'
import type { Tool } from './tool.ts'
import { shownTools } from './tool-answers.ts'
import { instructions } from './words.ts'

/** All that a client would be told, without a client: for programs and people that look before they connect. */
export const manifest = (version: string, tools: readonly Tool[]) => ({
  ...serverInfo(version),
  instructions,
  tools: shownTools(tools),
  resourceTemplates,
  prompts: prompts.map(shownPrompt),
})
