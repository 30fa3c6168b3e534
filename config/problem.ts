import { UserError } from '../lib/user-error.ts'
import { type Place, placeText } from './place.ts'

/** One thing that is wrong with the configuration: where, and what to do about it, without any secret. */
export type Problem = { readonly place: Place; readonly text: string }

export const problemText = ({ place, text }: Problem): string => `${placeText(place)}: ${text}`

/** Everything that is wrong with the configuration, at once. */
export class ConfigurationError extends UserError {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(problem => `  ${problemText(problem)}`)
    super(['the configuration is not valid', ...lines].join('\n'))
    this.problems = problems
  }
}
