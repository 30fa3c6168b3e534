import { type FramePlace, inFrame } from './frames.ts'
import { type MiClient, MiRefusal } from './mi-client.ts'
import { miWord } from './mi-words.ts'

/** Those that would leave gdb without its program, or itself, with nobody told. */
const ending =
  /^(?:q|quit|exit|k|kill|detach|disconnect|file|target|attach|core-file|run|r|start|starti|new-ui|interpreter-exec)$/

/**
 * What gdb says to a command of its own, in a frame: it may do whatever a shell may. What a program that it starts writes
 * comes between gdb's records, where it is passed over.
 */
export async function runCommand(gdb: MiClient, place: FramePlace, command: string): Promise<string> {
  const line = command.trim()
  const [word = ''] = /^[\w-]*/.exec(line) ?? []
  if (line === '' || line.includes('\n')) throw new MiRefusal('a command of gdb has one line')
  if (ending.test(word))
    throw new MiRefusal(
      `${word} is not for here: debug.launch, debug.restart and debug.terminate begin and end programs`,
    )
  return (await gdb.listenTo(`-interpreter-exec ${inFrame(place)} console ${miWord(line)}`)).trimEnd()
}

/**
 * Expressions are of the program's language, wherever they are evaluated: at a stop, in conditions and in messages. Throws a
 * MiRefusal for one that reaches gdb's own commands by a function of gdb.
 */
export function refuseCommands(...expressions: readonly (string | undefined)[]): void {
  if (expressions.some(one => one !== undefined && /\$_(?:shell|gdb_\w*setting\w*)\b/.test(one)))
    throw new MiRefusal('an expression runs no command of the debugger')
}
