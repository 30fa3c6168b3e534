import { constants } from 'node:os'
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { runService } from '../../../../../lib/service-main.ts'
import { UserError } from '../../../../../lib/user-error.ts'

/** A program of a session app, as it is called. `words`: what stands behind `--`. */
export type Call = {
  readonly socket: string
  readonly numbers: ReadonlyMap<string, number>
  readonly texts: ReadonlyMap<string, string>
  readonly words: readonly string[]
}

export type Words = {
  readonly name: string
  readonly usage: string
  /** Options that take a count, or a text, beside `--socket`. */
  readonly counts?: readonly string[]
  readonly texts?: readonly string[]
}

/** Runs a program of a session app as it was called, until it is asked to end. */
export async function runProgram(
  words: Words,
  start: (call: Call) => Promise<AsyncDisposable>,
): Promise<void> {
  const given = process.argv.slice(2)
  if (given[0] === '--help' || given[0] === '-h') process.stdout.write(words.usage)
  else await runService(async () => start(callOf(given, words)))
}

function callOf(given: readonly string[], words: Words): Call {
  const { name, counts = [], texts = [] } = words
  const { values, positionals } = parsed(given, words)
  const { socket } = values
  if (typeof socket !== 'string' || socket === '') throw wrong(name, 'it needs --socket PATH')
  const numbers = counts.flatMap(one => {
    if (values[one] === undefined) return []
    const count = Number(values[one])
    if (!Number.isSafeInteger(count) || count < 1)
      throw wrong(name, `--${one} takes a whole number of 1 or more`)
    return [[one, count] as const]
  })
  return {
    socket,
    numbers: new Map(numbers),
    texts: new Map(texts.flatMap(one => (values[one] === undefined ? [] : [[one, String(values[one])]]))),
    words: positionals,
  }
}

function parsed(given: readonly string[], { name, counts = [], texts = [] }: Words) {
  const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
    ['socket', ...counts, ...texts].map(one => [one, { type: 'string' }]),
  )
  try {
    return parseArgs({ args: [...given], allowPositionals: true, options })
  } catch (error) {
    throw wrong(name, error instanceof Error ? error.message : String(error))
  }
}

const wrong = (name: string, what: string): UserError =>
  new UserError(`${name} cannot start: ${what}`, { fix: `see ${name} --help` })

/** What a shell makes of a signal that ended a program. */
export const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, one]) => one === number)?.[0] ?? `signal ${number}`
