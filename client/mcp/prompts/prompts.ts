import { explainCrash } from './explain-crash.ts'
import { findHang } from './find-hang.ts'
import { fixFailingTest } from './fix-failing-test.ts'
import type { Prompt } from './prompt.ts'

/** Every prompt, in the order in which it is listed. */
export const prompts: readonly Prompt[] = [fixFailingTest, explainCrash, findHang]

export const promptNamed = (name: string): Prompt | undefined => prompts.find(prompt => prompt.name === name)

/** What clients are told of a prompt. */
export const shownPrompt = ({ name, title, description, takes }: Prompt) => ({
  name,
  title,
  description,
  arguments: Object.entries(takes).map(([name, { description, required }]) => ({
    name,
    description,
    required: required === true,
  })),
})
