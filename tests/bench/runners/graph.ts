/** What every runner is asked to do, in words that none of them owns. */
export interface GraphTask {
  /** A word that is an identifier too. */
  readonly name: string
  readonly needs: readonly string[]
  /** The command. None: there is nothing to do but to wait for the needs. */
  readonly argv?: readonly string[]
  /** What decides whether it is up to date. None: it always runs. */
  readonly files?: { readonly inputs: readonly string[]; readonly outputs: readonly string[] }
}

/** Needs come before what needs them. */
export type Graph = readonly GraphTask[]

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `t${i}`)

/** The task that asks for all others. */
export const all = 'all'

function gathered(tasks: readonly GraphTask[], needs: readonly string[]): Graph {
  return [...tasks, { name: all, needs }]
}

/** The command of a task; without one the tasks do nothing. */
export type CommandOf = (name: string) => readonly string[]

/** Tasks that do not know of each other. */
export function wide(count: number, argv?: CommandOf): Graph {
  const tasks = names(count)
  return gathered(
    tasks.map(name => ({ name, needs: [], ...(argv && { argv: argv(name) }) })),
    tasks,
  )
}

/** Each needs the one before. */
export function chain(count: number, argv: CommandOf): Graph {
  const tasks = names(count)
  return gathered(
    tasks.map((name, i) => ({ name, needs: i === 0 ? [] : [`t${i - 1}`], argv: argv(name) })),
    tasks.slice(-1),
  )
}

/** Ten layers; each task copies its one file to its one output, and needs two or three of the layer before. */
export function layered(count: number): Graph {
  const layer = count / 10
  const tasks = names(count).map((name, i): GraphTask => {
    const inLayer = i % layer
    const reach = i < layer ? [] : i % 2 === 0 ? [0, 1] : [0, 1, 7]
    const needs = reach.map(step => `t${i - layer - inLayer + ((inLayer + step) % layer)}`)
    const [input, output] = [inputOf(name), outputOf(name)]
    return {
      name,
      needs: [...new Set(needs)],
      argv: ['cp', input, output],
      files: { inputs: [input], outputs: [output] },
    }
  })
  return gathered(
    tasks,
    tasks.slice(-layer).map(({ name }) => name),
  )
}

export const inputOf = (name: string): string => `in/${name}.txt`
export const outputOf = (name: string): string => `out/${name}.txt`

/** One task that reads every file two directories below `many`. */
export const manyInputs: Graph = gathered(
  [
    {
      name: 't0',
      needs: [],
      argv: ['sh', '-c', 'cat many/*/*.txt | sha256sum > out/t0.txt'],
      files: { inputs: ['many/**/*.txt'], outputs: [outputOf('t0')] },
    },
  ],
  ['t0'],
)

const sleeps = (name: string, seconds: number, needs: readonly string[] = []): GraphTask => ({
  name,
  needs,
  argv: ['sleep', `${seconds}`],
})
const short = ['s0', 's1', 's2', 's3']

/** For two workers: 1.6 s where the chain starts first, 2.4 s in the order in which the tasks are written. */
export const longChain: Graph = gathered(
  [
    ...short.map(name => sleeps(name, 0.4)),
    ...['c0', 'c1', 'c2', 'c3'].map((name, i) => sleeps(name, 0.4, i === 0 ? [] : [`c${i - 1}`])),
  ],
  [...short, 'c3'],
)

/** The same two times, but the long way is one task: only who knows how long it took before can start it first. */
export const longTask: Graph = gathered(
  [...short.map(name => sleeps(name, 0.4)), sleeps('long', 1.6)],
  [...short, 'long'],
)
