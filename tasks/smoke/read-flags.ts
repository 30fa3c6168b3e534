import { z } from 'zod'
import { wordsOfLine } from '../../lib/shell-words.ts'
import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Asked } from '../../smoke/options.ts'
import { flagsOf } from '../engine/params/declaration.ts'
import { declareParams } from '../engine/params/declare.ts'
import { GivenWords } from '../engine/params/given-words.ts'
import { readValues } from '../engine/params/read-values.ts'
import { smokeFlags } from './flags.ts'

type Said = {
  /** What the engine has read of the command line. */
  readonly params: Flags
  /** The words after `--`. */
  readonly rest: readonly string[]
  readonly smokeArgs: string | undefined
}

type Flags = Asked & { readonly pytestScope?: Asked['testScope'] | undefined }

/** All that was said: in SMOKE_ARGS, on the command line, behind `--`. Of a flag that was said in several the last counts. */
export async function readFlags({ params, rest, smokeArgs = '' }: Said): Promise<Asked> {
  const words = wordsOfLine(smokeArgs)
  if (words === undefined) throw new UserError(`SMOKE_ARGS has a quote that is not closed: ${smokeArgs}`)
  const said = [await readWords(words, 'SMOKE_ARGS'), params, await readWords(rest, 'what follows "--"')]
  const asked: Flags = Object.assign({}, ...said.map(withoutUnsaid))
  const { pytestScope, ...others } = asked
  return { ...others, testScope: others.testScope ?? pytestScope }
}

const withoutUnsaid = (flags: Flags): Flags =>
  Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))

async function readWords(words: readonly string[], where: string): Promise<Flags> {
  const shape = smokeFlags(z)
  const declarations = declareParams('smoke', shape)
  const given = new GivenWords(declarations)
  for (let at = 0; at < words.length; ) {
    const next = given.take(words, at)
    const word = words[at] ?? ''
    if (next === undefined)
      throw new UserError(`${where}: smoke takes no ${word}`, {
        fix: didYouMean(word, flagsOf(declarations)) ?? 'see npx task smoke --help',
      })
    at = next
  }
  const { values, faults } = await readValues(z, shape, declarations, given.given, {})
  if (faults.length > 0)
    throw new UserError(faults.map(({ message }) => `${where}: ${message}`).join('\n'), {
      fix: faults.flatMap(({ fix }) => fix ?? []).join('\n  ') || 'see npx task smoke --help',
    })
  return values
}
