import { z } from 'zod'
import { artifactGlobs } from '../artifact-resources.ts'
import { checkCommandInput, commandInputFields } from '../command-input.ts'
import { commandLimitFields, commandLine, commandSurroundings, flag, waitSeconds } from '../fields.ts'
import { reference } from '../ids.ts'
import { operation } from '../operation.ts'
import { pageFields, pageOf } from '../page.ts'
import { commandSchema } from '../resources.ts'
import { terminalSizeFields, terminalSizeSchema, typedFields } from '../terminal.ts'

const session = reference('ses', true).describe('the session: its id, a unique beginning of it, or @last')
const command = reference('cmd').describe('the command: its id or a unique beginning of it')

const terminalErrors = [
  'command_not_found',
  'ambiguous_id',
  'no_terminal',
  'command_not_running',
  'runner_unavailable',
  'too_many_calls',
] as const

export const commandOperations = {
  'commands.run': operation({
    method: 'POST',
    path: '/sessions/{session}/commands',
    summary: "Run a command in a session's worktree",
    access: 'commands:write',
    input: z
      .strictObject({
        session,
        command: commandLine.describe('a shell line, or a program and its arguments'),
        ...commandSurroundings,
        after: z
          .array(command)
          .max(100)
          .default([])
          .describe('commands of the session that must have succeeded before; otherwise it is cancelled'),
        ...commandLimitFields,
        ...commandInputFields,
        merge: flag.describe('put what it writes to stderr into its stdout, in the order written'),
        idempotent: flag.describe('it may run twice: run it again where its end cannot be known'),
        artifacts: artifactGlobs.describe(
          'patterns of files to keep when it has ended, relative to the top of the worktree',
        ),
        wait: waitSeconds.describe('seconds to wait until it has ended'),
      })
      .superRefine(checkCommandInput),
    output: commandSchema,
    answer: 'json',
    status: 201,
    // 1 MiB of standard input, where each byte of it is escaped.
    largestBody: 8 * 1024 * 1024,
    errors: ['session_not_found', 'command_not_found', 'ambiguous_id', 'session_ended'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'commands.list': operation({
    method: 'GET',
    path: '/sessions/{session}/commands',
    summary: "A session's commands in the order they were given",
    access: 'sessions:read',
    input: z.strictObject({ session, ...pageFields }),
    output: pageOf(commandSchema),
    answer: 'json',
    status: 200,
    errors: ['session_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'commands.get': operation({
    method: 'GET',
    path: '/commands/{command}',
    summary: 'One command',
    access: 'sessions:read',
    input: z.strictObject({ command, wait: waitSeconds.describe('seconds to wait until it has ended') }),
    output: commandSchema,
    answer: 'json',
    status: 200,
    errors: ['command_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'commands.cancel': operation({
    method: 'POST',
    path: '/commands/{command}/cancel',
    summary: 'End a command with everything it started; one that has ended stays as it is',
    access: 'commands:write',
    input: z.strictObject({ command, wait: waitSeconds.describe('seconds to wait until it has ended') }),
    output: commandSchema,
    answer: 'json',
    status: 200,
    errors: ['command_not_found', 'ambiguous_id'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'commands.rerun': operation({
    method: 'POST',
    path: '/commands/{command}/rerun',
    summary: 'Run a command once more, as a new one: the same in all but what it waits for',
    access: 'commands:write',
    input: z.strictObject({ command, wait: waitSeconds.describe('seconds to wait until it has ended') }),
    output: commandSchema,
    answer: 'json',
    status: 201,
    errors: ['command_not_found', 'ambiguous_id', 'session_ended'],
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'commands.input': operation({
    method: 'POST',
    path: '/commands/{command}/input',
    summary: "Type into a command's terminal",
    access: 'commands:write',
    input: z
      .strictObject({ command, ...typedFields })
      .refine(({ text, base64 }) => (text === undefined) !== (base64 === undefined), {
        path: ['text'],
        message: 'give either text or base64',
      }),
    output: z.object({
      /** How many of its bytes were taken: not all where the program does not read them; type the rest again. */
      taken: z.int(),
    }),
    answer: 'json',
    status: 200,
    errors: terminalErrors,
    surfaces: ['api', 'sdk', 'cli', 'mcp'],
  }),
  'commands.resize': operation({
    method: 'POST',
    path: '/commands/{command}/resize',
    summary: "Give a command's terminal another size",
    access: 'commands:write',
    input: z.strictObject({ command, ...terminalSizeFields }),
    output: terminalSizeSchema,
    answer: 'json',
    status: 200,
    errors: terminalErrors,
    surfaces: ['api', 'sdk', 'cli'],
  }),
}
