import type { CallName, Input, Output } from '../sdk/operation-types.ts'
import { asked } from './asked.ts'
import { exitCodes } from './exit-codes.ts'
import { print } from './print.ts'
import type { ActContext, Render } from './words/words.ts'

/** The act of an operation that is done with one call: calls, and prints what came. */
export const oneCall = <Name extends CallName>(name: Name, render: Render<Output<Name>>) => {
  const act = async (input: Input<Name>, context: ActContext): Promise<number> => {
    await print(context, await asked(context, () => context.client.call(name, input)), render)
    return exitCodes.success
  }
  return async () => ({ act })
}
