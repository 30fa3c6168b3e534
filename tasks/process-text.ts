import { readFileSync } from 'node:fs'

const longest = 80

/** A process for people: `pid 17 (node server.js)`, its command line on one line and not too long. */
export function processText(pid: number | string): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .replace(/[\0\s]+/g, ' ')
      .trim()
    const text = words.length > longest ? `${words.slice(0, longest - 1)}…` : words
    return text === '' ? `pid ${pid}` : `pid ${pid} (${text})`
  } catch {
    return `pid ${pid}`
  }
}
