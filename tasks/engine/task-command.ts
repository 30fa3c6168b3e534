import { shellWords } from '../../lib/shell-words.ts'
import { type PlanStep, typedWords } from './plan.ts'

export interface Surrounding {
  /** Options of `task` itself. */
  readonly options?: readonly string[]
  /** Variables that it finds set, for what was named has set them. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What to type to run one task of a plan again: all of it, however long. */
export function taskCommand(
  name: string,
  step: PlanStep | undefined,
  { options = [], environment = {} }: Surrounding = {},
): string {
  const variables = Object.entries(environment).map(([key, value]) => `${key}=${shellWords([value])} `)
  const words = step === undefined ? [] : typedWords(step)
  return `${variables.join('')}${shellWords(['npx', 'task', ...options, name, ...words])}`.replaceAll(
    '\n',
    ' ',
  )
}
