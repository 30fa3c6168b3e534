/** Words as one could type them into a POSIX shell, quoted where they must be. */
export const shellWords = (words: readonly string[]): string => words.map(quoted).join(' ')

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** The words of a line as a POSIX shell would cut it, quotes and backslashes heeded; nothing is expanded. Undefined where a quote is open. */
export function wordsOfLine(line: string): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  const parts = /\s+|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)/y
  while (parts.lastIndex < line.length) {
    const part = parts.exec(line)
    if (part === null) return undefined
    const [all, single, double, escaped, plain] = part
    const text = single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain
    if (text === undefined) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = `${word ?? ''}${text}`
    if (all === '') return undefined
  }
  return word === undefined ? words : [...words, word]
}
