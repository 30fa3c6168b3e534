const ordinarily = Function.prototype[Symbol.hasInstance]

/**
 * Makes `instanceof` of this class true of the instances of every copy of it: the prepared program has one of each of its
 * modules, and tasks have another. A class that extends it goes on to have only instances of its own.
 *
 * @param name tells the copies from other classes
 */
export function recogniseCopies(type: abstract new (...args: never[]) => object, name: string): void {
  const brand = Symbol.for(`debug-server.${name}`)
  Object.defineProperty(type.prototype, brand, { value: true })
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== type) return ordinarily.call(this, value)
      return typeof value === 'object' && value !== null && brand in value
    },
  })
}
