import { readFileSync } from 'node:fs'
import { visible } from '../../lib/visible.ts'

const longest = 120

/** A process for people: `pid 17 (node server.js)`. */
export function processText(pid: number): string {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .replace(/[\0\s]+/g, ' ')
      .trim()
    const text = words.length > longest ? `${words.slice(0, longest - 1)}…` : words
    return text === '' ? `pid ${pid}` : `pid ${pid} (${visible(text)})`
  } catch {
    return `pid ${pid}`
  }
}
