import { globSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWords } from '../../../lib/shell-words.ts'
import type { GraphTask } from './graph.ts'
import { jobs, type Runner } from './runner.ts'

/** Ninja compares times too, and the command line. An output that never comes into being is never up to date. */
export const ninja = (version: string): Runner => ({
  name: 'ninja',
  version,
  declare(directory, graph) {
    const targets = new Map(graph.map(task => [task.name, targetOf(task)]))
    const builds = graph.map(task => {
      const needs = task.needs.map(name => targets.get(name) ?? name)
      if (task.argv === undefined) return `build ${task.name}: phony ${needs.join(' ')}\n`
      const inputs = (task.files?.inputs ?? []).flatMap(input =>
        input.includes('*') ? globSync(input, { cwd: directory }) : [input],
      )
      const command = shellWords(task.argv).replaceAll('$', '$$')
      return `build ${targetOf(task)}: run ${inputs.join(' ')} | ${needs.join(' ')}\n  cmd = ${command}\n`
    })
    writeFileSync(join(directory, 'build.ninja'), `rule run\n  command = $cmd\n${builds.join('')}`)
  },
  run: target => ({ file: 'ninja', args: [`-j${jobs}`, target] }),
  list: () => ({ file: 'ninja', args: ['-t', 'targets', 'all'] }),
})

const targetOf = ({ name, files }: GraphTask): string => files?.outputs[0] ?? name
