import { rmSync, utimesSync } from 'node:fs'
import { type Task, task } from '../../../../tasks/engine/task.ts'
import { randomNumbers } from '../random-graph.ts'
import type { Workshop } from './workshop.ts'

/** What is random of one task. */
interface Sketch {
  readonly name: string
  readonly needs: readonly string[]
  readonly inputs: 'none' | 'own' | 'shared'
  readonly output: boolean
  readonly cache: boolean
  /** Whether it always runs. */
  readonly always: boolean
  /** Small, so that what it makes is often the same for different inputs. */
  readonly values: number
}

const letters = ['a', 'bb', 'ccc']

/**
 * A random graph of tasks that are made of files, and the files. What each makes is a function of its inputs and its
 * needs alone, so what a clean run would make can be worked out beside the engine.
 */
export class RandomWork {
  readonly tasks: Readonly<Record<string, Task>>
  readonly jobs: number
  /** The names of tasks that fail at present. */
  readonly failing = new Set<string>()
  readonly #sketches = new Map<string, Sketch>()
  readonly #shop: Workshop
  readonly #random: () => number

  constructor(seed: number, shop: Workshop) {
    this.#shop = shop
    this.#random = randomNumbers(seed)
    const names = Array.from({ length: 1 + this.#pick(10) }, (_, i) => `t${i}`)
    const density = this.#random()
    const tasks: Record<string, Task> = {}
    for (const [i, name] of names.entries()) {
      const always = this.#random() < 0.15
      const sketch: Sketch = {
        name,
        needs: names.slice(0, i).filter(() => this.#random() < density * 0.6),
        inputs: always ? 'none' : ((['none', 'own', 'own', 'shared'] as const)[this.#pick(4)] ?? 'own'),
        output: !always && this.#random() < 0.8,
        cache: this.#random() < 0.8,
        always,
        values: 1 + this.#pick(5),
      }
      this.#sketches.set(name, sketch)
      tasks[name] = this.#taskOf(sketch, tasks)
      shop.write(`in/${name}.txt`, 'a')
    }
    shop.write('shared/s0.txt', 'a')
    this.tasks = tasks
    this.jobs = 1 + this.#pick(3)
  }

  /** Some tasks to run, others each time. */
  targets(): readonly string[] {
    const names = [...this.#sketches.keys()]
    const last = this.#random() < 0.7 ? names.length - 1 : this.#pick(names.length)
    return names.filter((_, i) => i === last || this.#random() < 0.2)
  }

  needsOf(name: string): readonly string[] {
    return this.#sketches.get(name)?.needs ?? []
  }

  /** What a clean run would make: results by name, and the texts of outputs by path. */
  clean(): { readonly results: ReadonlyMap<string, unknown>; readonly outputs: ReadonlyMap<string, string> } {
    const results = new Map<string, number>()
    const outputs = new Map<string, string>()
    for (const [name, sketch] of this.#sketches) {
      const text = this.#textOf(sketch, need => [results.get(need) ?? 0, outputs.get(`out/${need}.txt`)])
      results.set(name, text.length % sketch.values)
      if (sketch.output) outputs.set(`out/${name}.txt`, text)
    }
    return { results, outputs }
  }

  /** Does something to the files, or nothing; says what. */
  edit(): string {
    const shop = this.#shop
    const name = `t${this.#pick(this.#sketches.size)}`
    const letter = letters[this.#pick(letters.length)] ?? ''
    const output = `out/${name}.txt`
    this.failing.clear()
    switch (this.#pick(10)) {
      case 0:
      case 1:
      case 2:
        shop.write(`in/${name}.txt`, letter)
        return `${name}'s input is ${letter}`
      case 3:
        shop.replace(`in/${name}.txt`, letter)
        return `${name}'s input is another file, ${letter}`
      case 4:
        utimesSync(shop.at(`in/${name}.txt`), 1, 1)
        return `${name}'s input is touched`
      case 5:
        rmSync(shop.at(output), { force: true })
        return `${output} is deleted`
      case 6:
        if (shop.read(output) !== undefined) shop.write(output, 'edited')
        return `${output} is edited`
      case 7:
        shop.write(`shared/s${1 + this.#pick(2)}.txt`, letter)
        return 'a shared file is written'
      case 8:
        rmSync(shop.at(`shared/s${1 + this.#pick(2)}.txt`), { force: true })
        return 'a shared file is removed'
      default:
        this.failing.add(name)
        return `${name} fails`
    }
  }

  #taskOf(sketch: Sketch, tasks: Readonly<Record<string, Task>>): Task {
    const { name, needs, inputs, output, cache, always, values } = sketch
    const shop = this.#shop
    return task({
      describe: name,
      needs: Object.fromEntries(needs.map(need => [need, tasks[need] ?? need])),
      cache,
      ...(!always && { inputs: { none: [], own: [`in/${name}.txt`], shared: ['shared/*.txt'] }[inputs] }),
      ...(output && { outputs: [`out/${name}.txt`] }),
      run: async (results: Readonly<Record<string, unknown>>) => {
        const text = this.#textOf(sketch, need => [Number(results[need]), shop.read(`out/${need}.txt`)])
        await null
        if (output) shop.write(`out/${name}.txt`, this.failing.has(name) ? 'half' : text)
        if (this.failing.has(name)) throw new Error(`${name} fails`)
        return text.length % values
      },
    })
  }

  /** The text that a task makes. A need without an output gives its result alone. */
  #textOf(
    { name, needs, inputs, values }: Sketch,
    given: (need: string) => [number, string | undefined],
  ): string {
    const shop = this.#shop
    const own = {
      none: () => '',
      own: () => shop.read(`in/${name}.txt`) ?? '',
      shared: () => this.#shared(),
    }[inputs]()
    const parts = needs.map(need => {
      const [result, text] = given(need)
      return `${result}${this.#sketches.get(need)?.output ? (text?.length ?? 'missing') : ''}`
    })
    return `${own.slice(0, values)}(${parts.join()})`
  }

  #shared(): string {
    return [0, 1, 2].map(i => this.#shop.read(`shared/s${i}.txt`) ?? '').join('-')
  }

  #pick(below: number): number {
    return Math.floor(this.#random() * below)
  }
}
