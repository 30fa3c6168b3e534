/**
 * One line of gdb's machine interface, as its manual has it (GDB/MI Output Syntax). Lines are taken as bytes, one character
 * each (latin1): gdb writes what is not ASCII as it came or in octal, a byte at a time, and only a whole text can be
 * decoded.
 */

export type MiValue = string | MiTuple | readonly MiValue[]
/** Without a prototype: names are whatever came. */
export type MiTuple = { readonly [name: string]: MiValue }

export type MiRecord =
  | {
      readonly kind: 'result'
      readonly token: number | undefined
      readonly class: string
      readonly results: MiTuple
    }
  /** `exec`: how the program goes on; `status`: progress; `notify`: whatever else has changed. */
  | { readonly kind: 'exec' | 'status' | 'notify'; readonly class: string; readonly results: MiTuple }
  /** What gdb says to people, what the program says to gdb's terminal, and gdb's own messages. */
  | { readonly kind: 'console' | 'target' | 'log'; readonly text: string }

/** What begins like a record and is none. */
export class MiSyntaxError extends Error {
  override readonly name = 'MiSyntaxError'
}

const deepest = 64

const asynchronous = { '*': 'exec', '+': 'status', '=': 'notify' } as const
const streams = { '~': 'console', '@': 'target', '&': 'log' } as const

/** Undefined for a line that is no record: a prompt, or what somebody else has written there. */
export function parseMiRecord(line: string): MiRecord | undefined {
  const head = /^(\d{0,15})([\^*+=~@&])/.exec(line)
  if (head === null) return undefined
  const [whole, digits = '', mark = ''] = head
  const reader = new MiReader(line, whole.length)
  if (isOneOf(streams, mark)) return { kind: streams[mark], text: reader.wholeText() }
  const { class: name, results } = reader.named()
  return isOneOf(asynchronous, mark)
    ? { kind: asynchronous[mark], class: name, results }
    : { kind: 'result', token: digits === '' ? undefined : Number(digits), class: name, results }
}

class MiReader {
  readonly #line: string
  #at: number

  constructor(line: string, at: number) {
    this.#line = line
    this.#at = at
  }

  /** `class,name=value,…` to the end of the line. */
  named(): { class: string; results: MiTuple } {
    const name = this.#word()
    const results = emptyTuple()
    while (this.#takes(',')) this.#result(results, 0)
    this.#end()
    return { class: name, results }
  }

  wholeText(): string {
    const text = this.#text()
    this.#end()
    return text
  }

  #result(into: Record<string, MiValue>, depth: number): MiValue {
    const name = this.#word()
    this.#expect('=')
    const value = this.#value(depth)
    into[name] ??= value
    return value
  }

  #value(depth: number): MiValue {
    if (depth > deepest) throw this.#wrong(`more than ${deepest} levels`)
    switch (this.#line[this.#at]) {
      case '"':
        return this.#text()
      case '{':
        return this.#tuple(depth)
      case '[':
        return this.#list(depth)
      default:
        throw this.#wrong('no value')
    }
  }

  #tuple(depth: number): MiTuple {
    const tuple = emptyTuple()
    this.#expect('{')
    if (this.#takes('}')) return tuple
    do this.#result(tuple, depth + 1)
    while (this.#takes(','))
    this.#expect('}')
    return tuple
  }

  /** Of values, or of results, whose names all say the same and are passed over. */
  #list(depth: number): MiValue[] {
    const list: MiValue[] = []
    this.#expect('[')
    if (this.#takes(']')) return list
    do
      list.push(
        opensValue.has(this.#line[this.#at]) ? this.#value(depth + 1) : this.#result(emptyTuple(), depth + 1),
      )
    while (this.#takes(','))
    this.#expect(']')
    return list
  }

  #word(): string {
    const from = this.#at
    while (this.#at < this.#line.length && !endsWord.has(this.#line[this.#at])) this.#at += 1
    if (this.#at === from) throw this.#wrong('no name')
    return this.#line.slice(from, this.#at)
  }

  #text(): string {
    this.#expect('"')
    let bytes = ''
    for (;;) {
      const from = this.#at
      let code = this.#line.charCodeAt(this.#at)
      while (code !== quote && code !== backslash) {
        if (Number.isNaN(code)) throw this.#wrong('a text without an end')
        this.#at += 1
        code = this.#line.charCodeAt(this.#at)
      }
      bytes += this.#line.slice(from, this.#at)
      this.#at += 1
      if (code === quote) return decoded(bytes)
      bytes += this.#escaped()
    }
  }

  #escaped(): string {
    octal.lastIndex = this.#at
    const digits = octal.exec(this.#line)?.[0]
    if (digits !== undefined) {
      this.#at += digits.length
      return String.fromCharCode(Number.parseInt(digits, 8) & 0xff)
    }
    const character = this.#line[this.#at]
    if (character === undefined) throw this.#wrong('a text without an end')
    this.#at += 1
    return escapes[character] ?? character
  }

  #takes(character: string): boolean {
    if (this.#line[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #expect(character: string): void {
    if (!this.#takes(character)) throw this.#wrong(`no ${character}`)
  }

  #end(): void {
    if (this.#at < this.#line.length) throw this.#wrong('more than a record')
  }

  #wrong(what: string): MiSyntaxError {
    return new MiSyntaxError(`${what} at ${this.#at} of ${JSON.stringify(this.#line.slice(0, 100))}`)
  }
}

const emptyTuple = (): Record<string, MiValue> => Object.create(null)

const isOneOf = <Marks extends object>(marks: Marks, mark: string): mark is keyof Marks & string =>
  Object.hasOwn(marks, mark)

const quote = 0x22
const backslash = 0x5c
const opensValue: ReadonlySet<string | undefined> = new Set(['"', '{', '['])
const endsWord: ReadonlySet<string | undefined> = new Set([',', '=', '{', '}', '[', ']', '"'])
const octal = /[0-7]{1,3}/y
const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  e: '\x1b',
}

/** Bytes that are not UTF-8 come as U+FFFD. */
function decoded(bytes: string): string {
  for (let at = 0; at < bytes.length; at += 1)
    if (bytes.charCodeAt(at) > 0x7f) return Buffer.from(bytes, 'latin1').toString('utf8')
  return bytes
}
