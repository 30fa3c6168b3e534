/** The letters by which gdb writes a number: hexadecimal, decimal, unsigned, octal, binary, as a character, as an address. */
export const numberFormats = ['x', 'd', 'u', 'o', 't', 'c', 'a'] as const
export type NumberFormat = (typeof numberFormats)[number]

export const numberFormat = (letter: string): NumberFormat | undefined =>
  numberFormats.find(known => known === letter)

/** A number as such a letter writes it. `bits`: of how many it is, where that is known. */
export function formatted(number: bigint, format: NumberFormat, bits?: number): string {
  const signless = bits === undefined ? number : BigInt.asUintN(bits, number)
  switch (format) {
    case 'x':
    case 'a':
      return based(signless, 16, '0x')
    case 'o':
      return based(signless, 8, '0')
    case 't':
      return based(signless, 2, '')
    case 'u':
      return `${signless}`
    case 'd':
      return `${bits === undefined ? number : BigInt.asIntN(bits, number)}`
    case 'c': {
      const code = Number(BigInt.asUintN(8, number))
      const character =
        code >= 32 && code < 127 ? String.fromCharCode(code) : `\\x${code.toString(16).padStart(2, '0')}`
      return `${BigInt.asIntN(8, number)} '${character}'`
    }
  }
}

/** The whole number that a debugger tells as this, such as `43`, `0x2b`, `97 'a'`; undefined where it is none. */
export function numberIn(value: string): bigint | undefined {
  const [, sign = '', digits] = /^([-+]?)(0x[0-9a-f]+|\d+)n?(?:\s+'.*'|\s+<.*>)?$/is.exec(value.trim()) ?? []
  if (digits === undefined) return undefined
  return sign === '-' ? -BigInt(digits) : BigInt(digits)
}

const based = (number: bigint, base: number, prefix: string): string =>
  number < 0n ? `-${prefix}${(-number).toString(base)}` : `${prefix}${number.toString(base)}`
