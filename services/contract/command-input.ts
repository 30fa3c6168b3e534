import type { z } from 'zod'
import { flag, standardInput } from './fields.ts'
import { defaultTerminalSize, terminalSizeFields } from './terminal.ts'

/** What a program reads: nothing, a text, or what is typed into a terminal of its own. */
export const commandInputFields = {
  stdin: standardInput.optional().describe('text that it reads on its standard input; default: nothing'),
  tty: flag.describe(
    'give it a terminal of its own: all that it writes comes in its stdout, and commands.input types into it',
  ),
  columns: terminalSizeFields.columns.default(defaultTerminalSize.columns),
  rows: terminalSizeFields.rows.default(defaultTerminalSize.rows),
}

type Given = { readonly tty: boolean; readonly stdin?: string | undefined }

export function checkCommandInput({ tty, stdin }: Given, context: z.RefinementCtx): void {
  if (tty && stdin !== undefined)
    context.addIssue({
      code: 'custom',
      path: ['stdin'],
      message: 'a command with a terminal reads what is typed there: leave out stdin or tty',
    })
}

type Input = Given & { readonly columns: number; readonly rows: number }

/** The same as a new command of the store has it. */
export const newCommandInput = ({ stdin, tty, columns, rows }: Input) => ({
  stdin,
  terminal: tty ? { columns, rows } : undefined,
})
