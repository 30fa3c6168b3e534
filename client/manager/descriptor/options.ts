import { didYouMean } from '../../../lib/suggest.ts'
import type { Argument, Input, NamedInput } from './entry.ts'
import { literal, reference, referenceIn } from './written.ts'

/** What who installs a server says of it: by the name of a variable, a header, an argument or a part of an address. */
export type Options = Readonly<Record<string, string | readonly string[]>>

/** Fills in what a server needs to be told. Everything that is wrong is gathered: one who has to say more hears it at once. */
export class Filling {
  readonly problems: string[] = []
  readonly #options: ReadonlyMap<string, string | readonly string[]>
  readonly #known = new Set<string>()

  constructor(options: Options) {
    this.#options = new Map(Object.entries(options))
  }

  /** As the configuration has them; those that nobody says anything of are left out. */
  named(inputs: readonly NamedInput[], place: 'variable' | 'header'): Record<string, string> {
    return Object.fromEntries(
      inputs.flatMap(input => {
        const fault = faultOfName(input.name, place)
        if (fault !== undefined) {
          this.problems.push(fault)
          return []
        }
        const value = this.#value(input.name, input, input.variables)
        return value === undefined ? [] : [[input.name, value]]
      }),
    )
  }

  args(all: readonly Argument[]): string[] {
    return all.flatMap(argument => {
      const name = argument.type === 'named' ? argument.name : (argument.valueHint ?? '')
      const values = this.#values(name, argument)
      if (argument.type === 'positional') return values
      if (values.length === 0)
        return argument.isRequired || argument.value !== undefined ? [literal(name)] : []
      return values.flatMap(value => (value === '' ? [literal(name)] : [literal(name), value]))
    })
  }

  /** An address with `{variables}`. */
  address(template: string, variables: Readonly<Record<string, Input>>): string {
    return this.#filled(template, variables, template.startsWith('{') ? undefined : /^[A-Za-z0-9._~%-]+$/)
  }

  /** Options that nothing asks for are mistakes. To be called last. */
  end(): void {
    for (const name of this.#options.keys())
      if (!this.#known.has(name)) {
        const hint = didYouMean(name, this.#known)
        const known = [...this.#known].join(', ')
        this.problems.push(
          `there is no option "${name}"${hint === undefined ? (known === '' ? '; this server takes none' : `; there are: ${known}`) : `; ${hint}`}`,
        )
      }
  }

  #values(name: string, argument: Argument): string[] {
    const given = name === '' ? undefined : this.#options.get(name)
    if (argument.value === undefined && Array.isArray(given)) {
      this.#known.add(name)
      if (argument.isRepeated) return given.map(one => this.#checked(name, argument, one))
      this.problems.push(`the option "${name}" takes one value`)
      return []
    }
    const value = this.#value(name, argument, argument.variables)
    return value === undefined ? [] : [value]
  }

  #value(
    name: string,
    input: Input,
    variables: Readonly<Record<string, Input>>,
    kind = 'option',
  ): string | undefined {
    if (input.value !== undefined) return this.#filled(input.value, variables)
    if (name !== '') this.#known.add(name)
    const given = this.#options.get(name)
    if (given !== undefined && typeof given !== 'string') {
      this.problems.push(`the option "${name}" takes one value`)
      return undefined
    }
    if (given !== undefined) return this.#checked(name, input, given)
    if (input.default !== undefined && !input.isSecret) return literal(input.default)
    if (input.isRequired)
      this.problems.push(
        `the ${kind} "${name}" is missing${input.description ? `: ${input.description.slice(0, 200)}` : ''}${input.isSecret ? ' (a secret: name the variable that holds it, "$NAME")' : ''}`,
      )
    return undefined
  }

  /** What may stand in the configuration: a secret only as the variable that holds it. */
  #checked(name: string, input: Input, given: string): string {
    const variable = referenceIn(given)
    if (variable !== undefined) return reference(variable)
    if (input.isSecret)
      this.problems.push(
        `the option "${name}" is a secret, which is never written down: set a variable of the proxy and give "$NAME"`,
      )
    else if (/\p{Cc}/u.test(given)) this.problems.push(`the option "${name}" has control characters in it`)
    else if (input.choices !== undefined && !input.choices.includes(given))
      this.problems.push(
        `the option "${name}" is one of: ${input.choices.join(', ')}; ${didYouMean(given, input.choices) ?? 'not what was given'}`,
      )
    return literal(given)
  }

  #filled(template: string, variables: Readonly<Record<string, Input>>, allowed?: RegExp): string {
    // Each part by itself: what a variable holds is not looked at again.
    return template
      .split(/(\{[A-Za-z_][A-Za-z0-9_-]*\})/)
      .map(part => {
        const [, name] = /^\{([A-Za-z_][A-Za-z0-9_-]*)\}$/.exec(part) ?? []
        const input = name !== undefined && Object.hasOwn(variables, name) ? variables[name] : undefined
        if (name === undefined || input === undefined) return literal(part)
        const value = this.#value(name, input, {}) ?? ''
        if (allowed !== undefined && referenceIn(value) === undefined && value !== '' && !allowed.test(value))
          this.problems.push(`the option "${name}" has characters in it that would change the address`)
        return value
      })
      .join('')
  }
}

/** Headers that say how a request is sent are the gateway's own. */
const ownHeaders = ['host', 'content-length', 'transfer-encoding', 'connection', 'content-type', 'accept']

function faultOfName(name: string, place: 'variable' | 'header'): string | undefined {
  if (place === 'variable')
    return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? undefined : `"${name}" is no name of a variable`
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(name)) return `"${name}" is no name of a header`
  return ownHeaders.includes(name.toLowerCase()) ? `the header "${name}" is the gateway's own` : undefined
}
