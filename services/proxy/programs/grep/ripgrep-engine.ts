import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { split } from '../../../../lib/tree/names.ts'
import { UserError } from '../../../../lib/user-error.ts'
import { closedPatterns } from '../closed-names.ts'
import { type Found, largestFile, type Search } from './search.ts'

/** As much as is kept of what it has to say about a pattern, in characters. */
const keptOfErrors = 4_096

/** Searches with ripgrep, which has to be there. Nothing of a user's own configuration counts, and no option can come from a caller. */
export async function* ripgrepEngine(search: Search): AsyncGenerator<Found> {
  const { tree, signal } = search
  const child = spawn('rg', argumentsOf(search), {
    ...{ cwd: tree.path, env: { PATH: process.env.PATH }, signal, killSignal: 'SIGKILL' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    errors = (errors + text).slice(0, keptOfErrors)
  })
  const closed = once(child, 'close').catch(error => {
    if (!signal.aborted) throw error
    return [0]
  })
  // It is waited for at the end; that it fails earlier is told there.
  closed.catch(() => {})
  try {
    yield* filesIn(child.stdout)
    const [code] = await closed
    if (code === 2 && errors !== '') throw wrong(errors)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    child.kill('SIGKILL')
  }
}

/**
 * Only the numbers of lines are wanted: of long lines, which here are all, ripgrep leaves out the text. Whether a file is one of
 * text is seen where it is shown; what ripgrep would say of one that is not, between its lines, could not be told from them.
 */
function argumentsOf({ pattern, isText, ignoreCase, names, mostOfOne }: Search): string[] {
  const path = names.map(name => name.toString()).join('/')
  return [
    ...['--no-config', '--null', '--line-number', '--with-filename', '--no-heading', '--color=never'],
    ...['--max-columns=1', '--text', '--hidden', '--crlf', '--sort=path', '--no-messages'],
    ...['--no-ignore-global', '--no-ignore-dot', `--max-filesize=${largestFile}`, `--max-count=${mostOfOne}`],
    ...closedPatterns.map(one => `--iglob=!${one}`),
    ignoreCase ? '--ignore-case' : '--case-sensitive',
    ...(isText ? ['--fixed-strings'] : []),
    ...[`--regexp=${pattern}`, '--', `./${path}`],
  ]
}

/** Of `PATH`, a NUL, and `LINE:…` for each match, those of one file one after the other. */
async function* filesIn(output: Readable): AsyncGenerator<Found> {
  let rest = Buffer.alloc(0)
  let path = Buffer.alloc(0)
  let lines: number[] = []
  for await (const chunk of output) {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const nul = rest.indexOf(0)
      const end = nul === -1 ? -1 : rest.indexOf(0x0a, nul)
      if (end === -1) break
      const [next, line] = [
        rest.subarray(0, nul),
        Number.parseInt(rest.subarray(nul + 1, end).toString(), 10),
      ]
      if (!next.equals(path)) {
        if (lines.length > 0) yield { names: split(path), lines }
        path = Buffer.from(next)
        lines = []
      }
      lines.push(line)
      rest = rest.subarray(end + 1)
    }
  }
  if (lines.length > 0) yield { names: split(path), lines }
}

const wrong = (errors: string): UserError =>
  new UserError(`the pattern is no regular expression: ${errors.replace(/^regex parse error:/, '').trim()}`, {
    fix: 'escape what stands for itself with \\, or give text: true',
  })
