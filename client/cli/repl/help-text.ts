import { type ReplWord, replWords } from './repl-words.ts'

const usage = ({ names: [name], takes }: ReplWord): string =>
  takes === undefined ? name : `${name} ${takes}`

/** Of one word, with all its names. */
export const wordHelp = (word: ReplWord): string => {
  const [, ...others] = word.names
  const also = others.length === 0 ? '' : `also ${others.join(', ')}\n`
  return `${usage(word)}\n${word.says}\n${also}`
}

/** Of all: each with its shortest name. */
export function replHelp(): string {
  const rows = replWords.map(word => {
    const [name, ...others] = word.names
    const short = others.find(other => other.length <= 2)
    return { title: short === undefined ? name : `${name}, ${short}`, says: word.says }
  })
  const width = Math.max(...rows.map(({ title }) => title.length))
  const lines = rows.map(({ title, says }) => `${title.padEnd(width)}  ${says}\n`)
  return `${lines.join('')}an empty line repeats the last step; "help WORD" tells more\n`
}
