/** The examples at the end of a command's help. */
export const examplesText = (path: readonly string[], examples: readonly string[]): string =>
  `\nExamples:\n${examples.map(example => `  debug-server ${[...path, example].join(' ').trimEnd()}\n`).join('')}`
