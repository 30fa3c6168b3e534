import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { GetPromptRequestSchema, ListPromptsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { didYouMean } from '../../../lib/suggest.ts'
import { invalidParams } from '../protocol-error.ts'
import type { Prompt } from './prompt.ts'
import { promptNamed, prompts, shownPrompt } from './prompts.ts'

/** An argument goes into the text as it is; what is longer is no name and no command line. */
const longestArgument = 10_000

/** Answers what clients ask about prompts. No Debug Server is asked for them. */
export function servePrompts(server: Server): void {
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: prompts.map(shownPrompt) }))
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) => {
    const prompt = promptNamed(params.name)
    if (prompt === undefined) {
      const meant =
        didYouMean(
          params.name,
          prompts.map(({ name }) => name),
        ) ?? 'prompts/list tells the prompts'
      throw invalidParams(`there is no prompt "${params.name.slice(0, 100)}": ${meant}`)
    }
    const text = prompt.text(checked(prompt, params.arguments ?? {}))
    return { description: prompt.description, messages: [{ role: 'user', content: { type: 'text', text } }] }
  })
}

/** The arguments, without those that are empty, as forms send them. Throws an error of the protocol that names the culprit. */
function checked({ name, takes }: Prompt, given: Readonly<Record<string, string>>): Record<string, string> {
  const known = Object.keys(takes)
  const said = Object.fromEntries(Object.entries(given).filter(([, value]) => value.trim() !== ''))
  for (const [argument, value] of Object.entries(said)) {
    if (!Object.hasOwn(takes, argument))
      throw invalidParams(
        `"${argument.slice(0, 100)}" is no argument of ${name}: it takes ${known.join(', ')}`,
      )
    if (value.length > longestArgument)
      throw invalidParams(`${argument}: at most ${longestArgument} characters, not ${value.length}`)
  }
  const missing = known.filter(argument => takes[argument]?.required === true && said[argument] === undefined)
  if (missing.length > 0) throw invalidParams(`${name} needs ${missing.join(' and ')}`)
  return said
}
