import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWords } from '../../../lib/shell-words.ts'
import type { GraphTask } from './graph.ts'
import { jobs, type Runner } from './runner.ts'

/** Make compares times: a target that is a file is up to date when it is newer than what it needs. */
export const make = (version: string): Runner => ({
  name: 'make',
  version,
  declare(directory, graph) {
    const targets = new Map(graph.map(task => [task.name, targetOf(task)]))
    const rules = graph.map(task => {
      const needs = task.needs.map(name => targets.get(name) ?? name)
      const phony = task.files === undefined ? `.PHONY: ${task.name}\n` : ''
      const recipe = task.argv === undefined ? '' : `\t@${shellWords(task.argv)}\n`
      const inputs = (task.files?.inputs ?? []).map(wildcard)
      return `${phony}${targetOf(task)}: ${[...inputs, ...needs].join(' ')}\n${recipe}`
    })
    writeFileSync(
      join(directory, 'Makefile'),
      `MAKEFLAGS += --no-builtin-rules --no-builtin-variables\n.SUFFIXES:\n${rules.join('')}`,
    )
  },
  run: target => ({ file: 'make', args: [`-j${jobs}`, target] }),
})

const targetOf = ({ name, files }: GraphTask): string => files?.outputs[0] ?? name

/** Make has no `**`; the files of the graphs are two directories down. */
const wildcard = (input: string): string =>
  input.includes('*') ? `$(wildcard ${input.replace('**', '*')})` : input
