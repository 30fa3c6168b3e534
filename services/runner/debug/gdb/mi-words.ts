/** A text as one word of a command of gdb's machine interface. */
export const miWord = (text: string): string =>
  `"${text.replace(/["\\\n\r\t]/g, character => escapes[character] ?? character)}"`

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A command of gdb's command line, which are ours alone: what a client gives never becomes one. */
export const consoleCommand = (line: string): string => `-interpreter-exec console ${miWord(line)}`
