import type { Input } from '../sdk/operation-types.ts'
import type { ActContext, CliName } from './words/words.ts'
import { words } from './words.ts'

/**
 * Does an operation. The input has been checked against the operation's schema; here it gets the type that this
 * proves.
 */
export async function perform<Name extends CliName>(
  name: Name,
  checked: Readonly<Record<string, unknown>>,
  context: ActContext,
): Promise<number> {
  const { act } = await words[name].act()
  return await act(checked as Input<Name>, context)
}
