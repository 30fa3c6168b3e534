import { type FramePlace, inFrame } from './frames.ts'
import {
  childrenSchema,
  createdSchema,
  type GdbChild,
  localsSchema,
  pathSchema,
  valueSchema,
} from './mi-answers.ts'
import { type MiClient, MiRefusal } from './mi-client.ts'
import { miWord } from './mi-words.ts'
import { registersOf } from './registers.ts'
import { mostTold, saysNothing, summaryOf } from './summaries.ts'

export type Variable = {
  name: string
  value: string
  type?: string
  variablesReference: number
  indexedVariables?: number
  evaluateName?: string
  memoryReference?: string
}

/** What a reference stands for. `parts`: of an expression, which gdb is asked for once somebody looks. */
type Meaning =
  | { kind: 'locals' | 'registers'; place: FramePlace }
  | { kind: 'parts'; place: FramePlace; expression: string; object: Promise<string> | undefined }
  /** Of one of gdb's variable objects. */
  | { kind: 'children'; place: FramePlace; object: string }

type Page = { start: number; count: number }

/** How many parts are told at a time, whatever is asked for. */
const mostParts = 10_000

/** How many of them have their own parts told with them. */
const mostSummed = 100

/** Scopes and variables of one stop: all that was given out means nothing any more once the program goes on. */
export class Variables {
  readonly #gdb: MiClient
  readonly #meanings = new Map<number, Meaning>()
  readonly #objects = new Set<string>()
  #last = 0

  constructor(gdb: MiClient) {
    this.#gdb = gdb
  }

  scopes(place: FramePlace) {
    const { locals, registers } = {
      locals: this.#refer({ kind: 'locals', place }),
      registers: this.#refer({ kind: 'registers', place }),
    }
    return [
      { name: 'Locals', presentationHint: 'locals', variablesReference: locals, expensive: false },
      { name: 'Registers', presentationHint: 'registers', variablesReference: registers, expensive: false },
    ]
  }

  async parts(reference: number, page: Page): Promise<Variable[]> {
    const meaning = this.#meaningOf(reference)
    switch (meaning.kind) {
      case 'locals':
        return cut(await this.#locals(meaning.place), page)
      case 'registers':
        return cut(await registersOf(this.#gdb, meaning.place), page)
      case 'parts':
      case 'children':
        return this.#children(await this.#objectOf(meaning), meaning.place, page)
    }
  }

  /** An expression's value, evaluated once, with its parts where looking at them evaluates nothing again. */
  async evaluate(place: FramePlace, expression: string): Promise<Omit<Variable, 'name'>> {
    const evaluated = this.#gdb.ask(
      `-data-evaluate-expression ${inFrame(place)} ${miWord(expression)}`,
      valueSchema,
    )
    if (changesSomething(expression)) return { value: (await evaluated).value, variablesReference: 0 }
    const creating = this.#gdb.ask(`-var-create ${inFrame(place)} - * ${miWord(expression)}`, createdSchema)
    const [{ value }, created] = await Promise.all([evaluated, creating.catch(() => undefined)])
    if (created === undefined) return { value, variablesReference: 0 }
    this.#objects.add(created.name)
    return { ...this.#told({ ...created, exp: expression }, place), value }
  }

  /** Writes into a variable that a reference shows, and tells its new value. */
  async assign(reference: number, name: string, value: string): Promise<Omit<Variable, 'name'>> {
    const meaning = this.#meaningOf(reference)
    switch (meaning.kind) {
      case 'locals':
        return this.write(meaning.place, name, value)
      case 'registers':
        return this.write(meaning.place, `$${name}`, value)
      case 'parts':
      case 'children': {
        const part = await this.#part(reference, name)
        const assigned = await this.#gdb.ask(`-var-assign ${part} ${miWord(value)}`, valueSchema)
        return { value: assigned.value, variablesReference: 0 }
      }
    }
  }

  async write(place: FramePlace, expression: string, value: string): Promise<Omit<Variable, 'name'>> {
    const assignment = miWord(`${expression} = ${value}`)
    const written = await this.#gdb.ask(
      `-data-evaluate-expression ${inFrame(place)} ${assignment}`,
      valueSchema,
    )
    return { value: written.value, variablesReference: 0 }
  }

  /** The expression by which gdb finds what a reference shows under a name. */
  async expressionOf(reference: number, name: string): Promise<{ expression: string; place: FramePlace }> {
    const meaning = this.#meaningOf(reference)
    const { place } = meaning
    if (meaning.kind === 'locals') return { expression: name, place }
    if (meaning.kind === 'registers') return { expression: `$${name}`, place }
    const part = await this.#part(reference, name)
    const { path_expr } = await this.#gdb.ask(`-var-info-path-expression ${part}`, pathSchema)
    return { expression: path_expr, place }
  }

  /** The program goes on. */
  forget(): void {
    this.#meanings.clear()
    for (const object of this.#objects) this.#gdb.tell(`-var-delete ${object}`).catch(() => undefined)
    this.#objects.clear()
  }

  #meaningOf(reference: number): Meaning {
    const meaning = this.#meanings.get(reference)
    if (meaning !== undefined) return meaning
    throw new MiRefusal(`reference ${reference} is of no variable at this stop`)
  }

  #refer(meaning: Meaning): number {
    this.#last += 1
    this.#meanings.set(this.#last, meaning)
    return this.#last
  }

  /** The arguments among them. Values are told whole, which gdb does without the types, and types without those values. */
  async #locals(place: FramePlace): Promise<Variable[]> {
    const command = `-stack-list-variables ${inFrame(place)}`
    const [types, values] = await Promise.all([
      this.#gdb.ask(`${command} --simple-values`, localsSchema),
      this.#gdb.ask(`${command} --all-values`, localsSchema),
    ])
    const seen = new Set<string>()
    return types.variables.map(({ name, type = '', value: simple }, at) => {
      const value = values.variables[at]?.value ?? simple ?? ''
      // Of those of one name gdb can look at the innermost alone.
      const hidden = seen.has(name)
      seen.add(name)
      const expandable = !hidden && hasParts(type, value, simple !== undefined)
      return {
        name: hidden ? `${name} (outer)` : name,
        ...{ value, type },
        variablesReference: expandable
          ? this.#refer({ kind: 'parts', place, expression: name, object: undefined })
          : 0,
        ...indexedOf(type, value),
        ...(hidden ? {} : { evaluateName: name }),
        ...memoryOf(value),
      }
    })
  }

  async #create(place: FramePlace, expression: string): Promise<string> {
    const { name } = await this.#gdb.ask(
      `-var-create ${inFrame(place)} - * ${miWord(expression)}`,
      createdSchema,
    )
    this.#objects.add(name)
    return name
  }

  async #children(object: string, place: FramePlace, { start, count }: Page): Promise<Variable[]> {
    const most = count === 0 ? mostParts : Math.min(count, mostParts)
    const found = await this.#listed(object, start, start + most)
    const values = await Promise.all(
      found.map((child, at) => (at < mostSummed ? this.#valueOf(child) : child.value)),
    )
    return found.map((child, at) => ({
      name: nameOf(child),
      ...this.#told({ ...child, value: values[at] }, place),
    }))
  }

  async #valueOf(child: GdbChild): Promise<string | undefined> {
    if (!saysNothing(child.value)) return child.value
    const parts = await this.#listed(child.name, 0, mostTold + 1).catch(() => [])
    return parts.length === 0 ? child.value : summaryOf(child, parts)
  }

  /** Of a C++ class those under `public` and the like, which are no parts of it but names for some. */
  async #listed(object: string, from: number, to: number): Promise<GdbChild[]> {
    const { children } = await this.#gdb.ask(
      `-var-list-children --all-values ${object} ${from} ${to}`,
      childrenSchema,
    )
    if (from === 0 ? !children.some(isAccess) : !(await this.#hasAccess(object))) return children
    const { children: groups } = await this.#gdb.ask(
      `-var-list-children --all-values ${object}`,
      childrenSchema,
    )
    const all = await Promise.all(
      groups.map(async group =>
        isAccess(group)
          ? (await this.#gdb.ask(`-var-list-children --all-values ${group.name}`, childrenSchema)).children
          : [group],
      ),
    )
    return all.flat().slice(from, to)
  }

  async #hasAccess(object: string): Promise<boolean> {
    const { children } = await this.#gdb.ask(`-var-list-children --all-values ${object} 0 1`, childrenSchema)
    return children.some(isAccess)
  }

  async #objectOf(meaning: Meaning): Promise<string> {
    switch (meaning.kind) {
      case 'locals':
      case 'registers':
        throw new MiRefusal('a scope is no variable')
      case 'parts':
        meaning.object ??= this.#create(meaning.place, meaning.expression)
        return meaning.object
      case 'children':
        return meaning.object
    }
  }

  async #part(reference: number, name: string): Promise<string> {
    const object = await this.#objectOf(this.#meaningOf(reference))
    const index = /^\[?(\d{1,9})\]?$/.exec(name)?.[1]
    const from = index === undefined ? 0 : Number(index)
    const found = await this.#listed(object, from, index === undefined ? mostParts : from + 1)
    const part = found.find(child => nameOf(child) === name || child.exp === name)
    if (part !== undefined) return part.name
    throw new MiRefusal(`there is no ${name}`)
  }

  #told(child: GdbChild, place: FramePlace): Omit<Variable, 'name'> {
    const { name: object, value = '', type = '', numchild, dynamic, displayhint } = child
    const expandable = numchild > 0 || (dynamic !== undefined && displayhint !== 'string')
    return {
      ...{ value, type },
      variablesReference: expandable ? this.#refer({ kind: 'children', place, object }) : 0,
      ...indexedOf(type, value),
      ...memoryOf(value),
    }
  }
}

const cut = <Item>(all: readonly Item[], { start, count }: Page): Item[] =>
  all.slice(start, count === 0 ? undefined : start + count)

const isAccess = ({ exp, type }: GdbChild): boolean =>
  type === undefined && ['public', 'protected', 'private'].includes(exp)

/** Elements are told as one would write them. */
const nameOf = ({ exp }: GdbChild): string => (/^\d+$/.test(exp) ? `[${exp}]` : exp)

/** gdb tells no simple value of what has parts; pointers have one, and parts where they lead to something known. */
function hasParts(type: string, value: string, simple: boolean): boolean {
  if (!simple) return !/^L?u?U?8?"/.test(value)
  return (
    /\*(?: const)?$/.test(type) &&
    !/\bvoid \*(?: const)?$/.test(type) &&
    !/^0x0\b/.test(value) &&
    !/\bchar \*(?: const)?$/.test(type)
  )
}

/** How many elements there are, where gdb says so. */
function indexedOf(type: string, value: string): { indexedVariables?: number } {
  const digits = /^[^*&]*?\[(\d{1,9})\]/.exec(type)?.[1] ?? /^std::\S+ of length (\d{1,9})\b/.exec(value)?.[1]
  return digits === undefined || /\bchar \[/.test(type) ? {} : { indexedVariables: Number(digits) }
}

function memoryOf(value: string): { memoryReference?: string } {
  const address = /^(?:\([^)]*\) )?@?(0x[\da-f]+)/.exec(value)?.[1]
  return address === undefined ? {} : { memoryReference: address }
}

/** Whether evaluating an expression twice may be something else than evaluating it once. */
const changesSomething = (expression: string): boolean =>
  /[\w)\]>]\s*\(|\+\+|--|(?<![=!<>])=(?!=)|(?:<<|>>)=/.test(expression)
