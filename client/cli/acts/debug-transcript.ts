import type { Output } from '../../sdk/operation-types.ts'
import { exitCodes } from '../exit-codes.ts'
import { hint, hintAtNext } from '../hint.ts'
import { write } from '../io.ts'
import { print } from '../print.ts'
import { renderEntry } from '../render/transcript.ts'
import { typedAgain } from '../typed-again.ts'
import type { Act } from '../words/words.ts'

/** How long each question of those that follow waits, in seconds. */
const patience = 30

type Part = Output<'debug.transcript'>

/** Prints a part of the record, an entry a line; with `--follow` all that comes, as it comes. */
export const act: Act<'debug.transcript'> = async (input, context) => {
  const { client, io, json, extras } = context
  if (!extras.has('follow')) {
    const part = await client.debug.transcript(input)
    await print(context, part, told)
    await hintAtNext(context, part)
    if (part.entries.length === 0 && !part.complete)
      await hint(
        context,
        `nothing yet: wait for it with debug-server debug transcript ${typedAgain(input)} --follow`,
      )
    return exitCodes.success
  }
  for (let start = input.start ?? 0; ; ) {
    const part = await client.debug.transcript({ ...input, start, wait: patience })
    const text = json ? part.entries.map(entry => `${JSON.stringify(entry)}\n`).join('') : told(part)
    await write(io.stdout, text, io.signal)
    if (part.complete) return exitCodes.success
    start = part.entries.at(-1)?.n ?? start
  }
}

function told({ entries, dropped, damaged }: Part): string {
  const before = dropped === 0 ? '' : `${dropped} older entries are not kept any more\n`
  const behind = damaged === 0 ? '' : `${damaged} lines of the record cannot be read\n`
  return `${before}${entries.map(renderEntry).join('')}${behind}`
}
