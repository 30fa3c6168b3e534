import type { CallName, Input, Output } from '../sdk/operation-types.ts'
import { asked } from './asked.ts'
import { usageError } from './cli-error.ts'
import { exitCodes } from './exit-codes.ts'
import { print } from './print.ts'
import { abridged } from './render/abridged.ts'
import { details } from './render/details.ts'
import type { ActContext, Render } from './words/words.ts'

/** Has an update done only to what is at this version. */
export const ifMatchFlag = {
  name: 'if-match',
  value: 'VERSION',
  describe: 'only where it still is at this version, as "get" and "show" tell it',
}

/** As `oneCall`, of what can be updated: prints its version too, and sends the one that an update is for. */
export const versionedCall = <Name extends CallName>(name: Name, render: Render<Output<Name>>) => {
  const act = async (input: Input<Name>, context: ActContext): Promise<number> => {
    const wanted = context.extras.get(ifMatchFlag.name)
    const ifMatch = typeof wanted === 'string' ? entityTag(wanted) : undefined
    const { value, version: tag } = await asked(context, () =>
      context.client.versioned(name, input, { ifMatch }),
    )
    const version = tag?.replace(/^"(.*)"$/s, '$1')
    await print(context, { ...value, ...(version === undefined ? {} : { version }) }, (shown, rendering) =>
      [render(shown, rendering), details([['version', version]])].join(''),
    )
    return exitCodes.success
  }
  return async () => ({ act })
}

/** Told without the quotes, which shells would take; taken with them as well, and as `*`. */
function entityTag(text: string): string {
  if (text === '*' || /^"[\x21\x23-\x7e]*"$/.test(text)) return text
  if (/^[\x21\x23-\x7e]+$/.test(text)) return `"${text}"`
  throw usageError(`--if-match "${abridged(text)}": expected a version as "get" or "show" tells it, or *`)
}
