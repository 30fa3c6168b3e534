import { type Contract, contract } from '../contract/contract.ts'
import type { OutputOf } from '../contract/operation.ts'
import type { TerminalAction } from '../contract/runner-messages.ts'
import type { CommandRow } from '../store/schema.ts'
import { checkedOutput } from './checked-output.ts'
import type { Context } from './context.ts'
import { done, type Outcome, refuse } from './outcome.ts'

/** How long the runner may take, in milliseconds: longer than it waits for a terminal, and for a program to read. */
const deadlineMs = 15_000

/** Has the runner do something to the terminal of a command, and holds its answer to the contract. */
export async function askTerminal<Name extends 'commands.input' | 'commands.resize'>(
  { runner, givingUp }: Context,
  operation: Name,
  { id: command }: Pick<CommandRow, 'id'>,
  action: TerminalAction,
  gone: AbortSignal,
): Promise<Outcome<OutputOf<Contract[Name]>>> {
  const answer = await runner.terminal({ command, action, deadlineMs, signals: [gone, givingUp] })
  const declaration: Contract[Name] = contract[operation]
  if (answer.ok) return done(checkedOutput(declaration, answer.value))
  const code = declaration.errors.find(one => one === answer.code)
  return code === undefined
    ? refuse('runner_unavailable', 'the runner did not say whether it was typed: see the output')
    : refuse(code, answer.detail)
}
