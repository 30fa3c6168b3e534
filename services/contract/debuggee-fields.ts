import { z } from 'zod'
import { checkCommandInput, commandInputFields } from './command-input.ts'
import { type DebugRequest, enginesFor } from './debug-request.ts'
import { type DebugEngine, debugEngines } from './debug-state.ts'
import { nullFree } from './fields.ts'
import { reference } from './ids.ts'

const path = nullFree(1_000).min(1).optional()

/** The fields of `debug.launch` that name a program. */
export const programFields = ['python', 'module', 'binary', 'node', 'go'] as const
type ProgramField = (typeof programFields)[number]

const programs = {
  python: path.describe('a Python file, relative to the directory'),
  module: z
    .string()
    .max(1_000)
    .regex(/^\w+(?:\.\w+)*$/u, 'expected the name of a Python module')
    .optional()
    .describe('a Python module, as python -m runs it'),
  binary: path.describe('an executable of C, C++, Rust or the like, relative to the directory'),
  node: path.describe('a file of JavaScript or TypeScript that Node.js runs'),
  go: path.describe("a Go package's directory, a file of Go, or what was built from one"),
} satisfies Record<ProgramField, z.ZodType>

/** What a debuggee is: one program, with how it is run and by which debugger. */
export const debuggeeFields = {
  ...programs,
  core: path.describe(
    'with binary, or go of what was built: a core dump that it has left, to be looked into',
  ),
  engine: z
    .enum(debugEngines)
    .optional()
    .describe('the debugger; default: the first for such a program that the runner has'),
  ...commandInputFields,
  arguments: z.array(nullFree(100_000)).max(1_000).default([]).describe('arguments of the program'),
  interpreter: nullFree(1_000)
    .min(1)
    .optional()
    .describe(
      'the Python or Node that runs it; default: a Python of .venv or venv in the worktree, else python3; node',
    ),
}

/** Which process is meant that runs already. */
export const processFields = {
  pid: z
    .int()
    .min(1)
    .max(4_194_304)
    .optional()
    .describe(
      'in place of a program: a process of the session that runs already, by the number that it has itself; debug.processes lists them',
    ),
  command: reference('cmd')
    .optional()
    .describe('with pid: the command that it belongs to, where several have a process of that number'),
}

/** The debuggers of the programs that such a field names, the usual one first. */
const enginesOf = (field: ProgramField): readonly DebugEngine[] =>
  enginesFor[field === 'python' ? 'file' : field]

/** The fields that name programs which this debugger is for. */
export const programsOf = (engine: DebugEngine): ProgramField[] =>
  programFields.filter(field => enginesOf(field).includes(engine))

type Given = {
  readonly tty: boolean
  readonly stdin?: string | undefined
  readonly arguments?: readonly string[]
  readonly interpreter?: string | undefined
  readonly pid?: number | undefined
  readonly command?: string | undefined
  readonly children?: DebugRequest['children']
  engine?: DebugEngine | undefined
} & { [Field in ProgramField | 'core']?: string | undefined }

/** There is one program, by a debugger for such programs. */
export function checkDebuggee(given: Given, context: z.RefinementCtx): void {
  // Of what is wrong by itself nothing more is said.
  if (context.issues.length > 0) return
  checkCommandInput(given, context)
  const fault = faultOf(given)
  if (fault !== undefined) context.addIssue({ code: 'custom', path: [fault.field], message: fault.message })
}

function faultOf(given: Given): { field: keyof Given; message: string } | undefined {
  if (given.pid !== undefined) return faultOfProcess(given)
  if (given.command !== undefined)
    return { field: 'command', message: 'a command is named with pid: the process of it that is meant' }
  const [field, another] = programFields.filter(name => given[name] !== undefined)
  if (field === undefined)
    return { field: 'python', message: `give what is to run: one of ${programFields.join(', ')}` }
  if (another !== undefined) return { field: another, message: `give one program: there is ${field} already` }
  if (given.core !== undefined && field !== 'binary' && field !== 'go')
    return { field: 'core', message: 'a core dump is looked into with the binary that has left it' }
  if (given.core !== undefined && given.children === 'follow')
    return { field: 'children', message: 'a core dump starts no processes: leave it out' }
  const engines = enginesOf(field)
  if (given.engine !== undefined && !engines.includes(given.engine))
    return { field: 'engine', message: `no debugger for ${field}; expected ${engines.join(' or ')}` }
  return undefined
}

const notFollowed =
  'the processes that a program starts are followed from its own start on: launch it under its debugger, or leave it out'

/** It is there already, with all that a launch would give it. */
function faultOfProcess(given: Given): { field: keyof Given; message: string } | undefined {
  const field = [...programFields, 'core' as const].find(name => given[name] !== undefined)
  if (field !== undefined) return { field, message: 'give one program: there is pid already' }
  const wishes = ['interpreter', 'stdin'] as const
  const late =
    given.arguments?.length !== 0
      ? 'arguments'
      : (wishes.find(name => given[name] !== undefined) ?? (given.tty ? 'tty' : undefined))
  if (late !== undefined) return { field: late, message: 'what runs already is not given any' }
  if (given.children === 'follow') return { field: 'children', message: notFollowed }
  return undefined
}
