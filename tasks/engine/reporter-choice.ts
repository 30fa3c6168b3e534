import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'

export const reporterNames = ['tree', 'plain', 'json', 'junit', 'github'] as const
export type ReporterName = (typeof reporterNames)[number]

/** A reporter that the command line asks for; without a file it is the one that the terminal or pipe shows. */
export interface ReporterChoice {
  readonly name: ReporterName
  readonly file: string | undefined
}

/** Reads the value of `--reporter`: `NAME` or `NAME=FILE`. */
export function readReporter(value: string): ReporterChoice {
  const at = value.indexOf('=')
  const [word, file] = at === -1 ? [value, undefined] : [value.slice(0, at), value.slice(at + 1)]
  const name = reporterNames.find(known => known === word)
  if (name === undefined)
    throw new UserError(`unknown reporter "${word}"`, {
      fix: didYouMean(word, reporterNames) ?? `one of ${reporterNames.join(', ')}`,
    })
  if (file === '') throw new UserError(`--reporter ${value}: the name of the file is missing`)
  if (name === 'tree' && file !== undefined)
    throw new UserError('--reporter tree draws in a terminal, not in a file', {
      fix: `did you mean --reporter plain=${file}?`,
    })
  return { name, file }
}

/** Adds a choice to others. Two may not share a file, nor the screen. */
export function withReporter(
  choices: readonly ReporterChoice[],
  choice: ReporterChoice,
): readonly ReporterChoice[] {
  const other = choices.find(({ file }) => file === choice.file)
  if (other === undefined) return [...choices, choice]
  if (choice.file !== undefined)
    throw new UserError(`--reporter ${other.name} and ${choice.name} both write ${choice.file}`)
  throw new UserError(`--reporter ${other.name} and ${choice.name} both want the screen`, {
    fix: `give one a file: --reporter ${choice.name === 'tree' ? other.name : choice.name}=FILE`,
  })
}
