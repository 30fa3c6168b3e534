import { gateway } from '../stages/judge.ts'
import type { Stage } from '../stages/stage.ts'
import { call, message, type Step, type ToolCall, type ToolOutput } from './script.ts'
import { answerIn } from './tool-answer.ts'

/** How an agent names a tool of the gateway to its model. */
export type Naming = (tool: string) => Pick<ToolCall, 'tool' | 'namespace'>

/** Letters, digits and underscores alone, in a group of the server's. */
export const codexNaming: Naming = tool => ({
  tool: tool.replaceAll(/\W/g, '_'),
  namespace: `mcp__${gateway}`,
})

/** The same and dashes, behind the server's name. */
export const opencodeNaming: Naming = tool => ({ tool: `${gateway}_${tool.replaceAll(/[^\w-]/g, '_')}` })

/** What a scripted model does of a stage: its calls in their order, and then what there is to say. */
export const stepsOf = ({ calls, closing }: Stage, naming: Naming): Step[] => [
  ...calls.map(
    ({ tool, arguments: given }): Step =>
      outputs => {
        const named = naming(tool)
        return call(
          named.tool,
          typeof given === 'function' ? given(answersIn(outputs)) : given,
          named.namespace,
        )
      },
  ),
  outputs => message(closing(answersIn(outputs))),
]

const answersIn = (outputs: readonly ToolOutput[]): unknown[] =>
  outputs.map(output => {
    const text = answerIn(output)
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  })
