import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Graph, inputOf, outputOf } from './graph.ts'

/** One input file for each task that has files, each with words of its own. */
export function writeInputs(directory: string, graph: Graph): void {
  mkdirSync(join(directory, 'in'), { recursive: true })
  for (const { name, files } of graph) {
    if (files !== undefined) writeFileSync(join(directory, inputOf(name)), `${name}\n`)
  }
}

/** Ten thousand files in a hundred directories. */
export function writeManyFiles(directory: string): void {
  for (let i = 0; i < 10_000; i++) {
    const path = join(directory, 'many', `d${i % 100}`, `f${i}.txt`)
    if (i < 100) mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `${i}\n`)
  }
}

/** Throws unless each output is a copy of its input. */
export function checkCopies(directory: string, graph: Graph): void {
  for (const { name, files } of graph) {
    if (files === undefined) continue
    const [input, output] = [inputOf(name), outputOf(name)].map(path =>
      readFileSync(join(directory, path), 'utf8'),
    )
    if (input !== output) throw new Error(`${name} did not run: its output is ${output}, not ${input}`)
  }
}

/** When the youngest output was written, in milliseconds. */
export function youngestOutput(directory: string, except?: string): number {
  const out = join(directory, 'out')
  const times = readdirSync(out).map(name => (name === except ? 0 : statSync(join(out, name)).mtimeMs))
  return Math.max(0, ...times)
}

export const countOutputs = (directory: string): number => readdirSync(join(directory, 'out')).length
