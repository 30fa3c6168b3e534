import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWords } from '../../../lib/shell-words.ts'
import type { GraphTask } from './graph.ts'
import { peerFile, peerVersions } from './peer-packages.ts'
import { jobs, type Runner } from './runner.ts'

const file = peerFile(`rust-just-${process.platform}-${process.arch}/bin/just`)

/** Its binary itself, as other packages than npm's install it. Only scripts can be cached, and only one by one. */
export const just: Runner = {
  name: 'just',
  version: peerVersions['rust-just'],
  declare(directory, graph) {
    // Where next to nothing runs, to ask for threads costs it four times the rest.
    const parallel = graph.some(({ files }) => files !== undefined) ? '' : '[parallel]\n'
    const recipes = graph.map(task => {
      const cached = task.files === undefined ? '' : `[script]\n[cache(${cache(task, directory)})]\n`
      const body = task.argv === undefined ? '' : `  ${task.files ? '' : '@'}${shellWords(task.argv)}\n`
      return `${cached}${parallel}${task.name}: ${task.needs.join(' ')}\n${body}\n`
    })
    writeFileSync(join(directory, 'justfile'), `set unstable\nset lists\n\n${recipes.join('')}`)
  },
  run: target => ({ file, args: ['--jobs', `${jobs}`, target] }),
  list: () => ({ file, args: ['--list'] }),
}

function cache({ files }: GraphTask, directory: string): string {
  const inputs = (files?.inputs ?? []).flatMap(input =>
    input.includes('*') ? globSync(input, { cwd: directory }) : [input],
  )
  return `inputs = ${list(inputs)}, outputs = ${list(files?.outputs ?? [])}`
}

const list = (words: readonly string[]): string => `[${words.map(word => JSON.stringify(word)).join(', ')}]`
