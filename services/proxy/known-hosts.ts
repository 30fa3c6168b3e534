import { isIP } from 'node:net'

/**
 * The names under which the proxy may be asked. A page elsewhere can have its own name lead to this machine and then is of one
 * origin with whatever answers here (DNS rebinding); an address, or `localhost`, it cannot have.
 */
export class KnownHosts {
  readonly #names: ReadonlySet<string>
  readonly #endings: readonly string[]

  /** `*.example.org` stands for all names below that one. */
  constructor(names: readonly string[]) {
    const lower = names.map(name => name.toLowerCase())
    this.#names = new Set(lower.filter(name => !name.startsWith('*.')))
    this.#endings = ['.localhost', ...lower.filter(name => name.startsWith('*.')).map(name => name.slice(1))]
  }

  /** As in a Host header, with a port or without. */
  has(host: string): boolean {
    const name = host.replace(/:\d*$/, '').toLowerCase()
    if (name === 'localhost' || this.#names.has(name)) return true
    if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0) return true
    return this.#endings.some(ending => name.endsWith(ending) && name.length > ending.length)
  }
}
