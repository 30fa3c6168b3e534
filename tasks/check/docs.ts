import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { didYouMean } from '../../lib/suggest.ts'
import { reservedNames } from '../engine/names.ts'
import { anchorsIn, commandsIn, exportedNamesIn, linksIn } from './markdown.ts'

/** What a command of the docs may begin with, besides `npx` and `node`: programs that a reader has or can get. */
const programs = new Set([
  'git',
  'npm',
  'debug-server',
  'cd',
  'export',
  'curl',
  'apt-get',
  'brew',
  'conda',
  'gdb',
  'lldb',
  'code',
])

/**
 * What is wrong with the pages: links that lead nowhere, and commands that are none. The README's commands are also run
 * as they stand, by tests/end-to-end/readme.test.ts; of the others the words are checked: tasks that exist, files that
 * exist, programs that are known. Returns a line for each fault.
 */
export function docsFaults(root: string, pages: readonly string[], tasks: readonly string[]): string[] {
  return pages.flatMap(page => {
    const text = readFileSync(join(root, page), 'utf8')
    // A page may bring a Taskfile of its own, which its commands are about.
    const known = [...tasks, ...exportedNamesIn(text)]
    return [
      ...linksIn(text).map(target => linkFault(root, page, target)),
      ...commandsIn(text).map(command => commandFault(root, command, known)),
    ].flatMap(fault => (fault === undefined ? [] : [`${page}: ${fault}`]))
  })
}

function linkFault(root: string, page: string, target: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined
  const [path = '', anchor] = decodeURI(target).split('#')
  const file = path === '' ? page : normalize(join(dirname(page), path))
  if (relative(root, join(root, file)).startsWith('..')) return `${target} leads out of the project`
  if (!existsSync(join(root, file))) return `${target} leads nowhere`
  if (anchor === undefined || !file.endsWith('.md') || !statSync(join(root, file)).isFile()) return undefined
  return anchorsIn(readFileSync(join(root, file), 'utf8')).has(anchor)
    ? undefined
    : `${target}: ${file} has no heading of that name`
}

export function commandFault(root: string, command: string, tasks: readonly string[]): string | undefined {
  const words = command.split(/\s+/)
  // Variables that are set for the one command come first.
  const [program = '', ...rest] = words.slice(words.findIndex(word => !/^[A-Za-z_]\w*=/.test(word)))
  if (program === 'npx') return npxFault(command, rest, tasks)
  if (program === 'node') {
    const file = rest.includes('-e') ? undefined : rest.find(word => !word.startsWith('-'))
    return file === undefined || existsSync(join(root, file)) ? undefined : `${command}: there is no ${file}`
  }
  return programs.has(program) || existsSync(join(root, program))
    ? undefined
    : `${command}: what is "${program}"?`
}

function npxFault(
  command: string,
  [program = '', ...rest]: string[],
  tasks: readonly string[],
): string | undefined {
  if (program === 'debug-server') return undefined
  if (program !== 'task')
    return ['biome', 'tsc', 'pm2'].includes(program) ? undefined : `${command}: what is "${program}"?`
  // Several may be meant by one line: `npx task db:upgrade | db:downgrade`.
  const named = rest.flatMap((word, index) => (index === 0 || rest[index - 1] === '|' ? [word] : []))
  const unknown = named.find(word => /^[a-z]/.test(word) && !tasks.includes(word) && !reservedNames.has(word))
  if (unknown === undefined) return undefined
  return `${command}: there is no task "${unknown}"${hint(unknown, tasks)}`
}

function hint(word: string, tasks: readonly string[]): string {
  const guess = didYouMean(word, tasks)
  return guess === undefined ? '' : `, ${guess}`
}
