type Named = { readonly name: string }

/** Entries that debuggers make up, and what each frame of the language has. */
const madeUp =
  /^(?:(?:special|function|class|protected) variables|__\w+__|len\(\)|return values?|\(return\).*)$/

/** Words that could be names, of a text of any language. */
const wordsOf = (text: string): ReadonlySet<string> => new Set(text.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [])

/** Those that stand in a frame's line first, then those in the lines above it, then the others; in their order. */
export function relevantVariables<Variable extends Named>(
  variables: readonly Variable[],
  line: string,
  above: readonly string[],
): readonly (Variable & { named: boolean })[] {
  const inLine = wordsOf(line)
  const before = wordsOf(above.join('\n'))
  const rank = ({ name }: Named) => (inLine.has(name) ? 0 : before.has(name) ? 1 : 2)
  return variables
    .filter(({ name }) => !madeUp.test(name))
    .toSorted((one, other) => rank(one) - rank(other))
    .map(variable => ({ ...variable, named: inLine.has(variable.name) }))
}

/** Whether a value is the place of a thing rather than the thing: worth another look at its parts. */
export const tellsNothing = (value: string): boolean =>
  /^(?:<.* at 0x[0-9a-f]+>|\{\.\.\.\}|\{…\}|(?:\(.*\) ?|.* @ ?)?0x[0-9a-f]+|Object|[\w$.:]+ ?\{(?:\.\.\.|…)?\})$/i.test(
    value.trim(),
  )
