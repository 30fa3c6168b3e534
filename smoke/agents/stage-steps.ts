import { gateway } from '../stages/judge.ts'
import type { Stage } from '../stages/stage.ts'
import { call, message, type Step, type ToolOutput } from './script.ts'
import { answerIn } from './tool-answer.ts'

/** What a scripted model does of a stage: its calls in their order, and then what there is to say. */
export const stepsOf = ({ calls, closing }: Stage): Step[] => [
  ...calls.map(
    ({ tool, arguments: given }): Step =>
      outputs =>
        call(
          nameForModel(tool),
          typeof given === 'function' ? given(answersIn(outputs)) : given,
          `mcp__${gateway}`,
        ),
  ),
  outputs => message(closing(answersIn(outputs))),
]

/** Codex shows tools to its model by names of letters, digits and underscores alone. */
const nameForModel = (tool: string): string => tool.replaceAll(/\W/g, '_')

const answersIn = (outputs: readonly ToolOutput[]): unknown[] =>
  outputs.map(output => {
    const text = answerIn(output)
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  })
