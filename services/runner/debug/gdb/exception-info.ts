import type { Placed } from './breakpoint-table.ts'
import type { GdbStop } from './mi-answers.ts'
import { valueSchema } from './mi-answers.ts'
import type { MiClient } from './mi-client.ts'
import { beingThrown, type Thrown, uncaught } from './thrown-exceptions.ts'

type Info = { exceptionId: string; description?: string; breakMode: 'always' | 'unhandled' }

/** What the program stands at: a C++ exception, or the signal that ends it. */
export async function exceptionInfo(gdb: MiClient, stop: GdbStop, at: Placed | undefined): Promise<Info> {
  const thread = stop['thread-id'] ?? 1
  const signal = stop['signal-name']
  if (signal === undefined) {
    if (at?.reason === 'exit') return exit(gdb, thread)
    const thrown = at?.reason === 'exception' ? await beingThrown(gdb, thread) : undefined
    return thrown === undefined ? { exceptionId: 'exception', breakMode: 'always' } : told(thrown, 'always')
  }
  const thrown = signal === 'SIGABRT' ? await uncaught(gdb, thread).catch(() => undefined) : undefined
  if (thrown !== undefined) return told(thrown, 'unhandled')
  const meaning = stop['signal-meaning'] ?? signal
  const address = addressed.has(signal) ? await faultAddress(gdb, thread) : undefined
  return {
    exceptionId: signal,
    description: address === undefined ? meaning : `${meaning} at address ${address}`,
    breakMode: 'unhandled',
  }
}

/** The register of a function's first argument. */
export const exitCodeRegister = process.arch === 'arm64' ? '$x0' : '$rdi'

async function exit(gdb: MiClient, thread: number): Promise<Info> {
  const command = `-data-evaluate-expression --thread ${thread} --frame 0 "(int)${exitCodeRegister} & 255"`
  const { value } = await gdb.ask(command, valueSchema)
  return { exceptionId: 'exit', description: value, breakMode: 'unhandled' }
}

const told = ({ type, what }: Thrown, breakMode: Info['breakMode']): Info => ({
  exceptionId: type,
  ...(what === null ? {} : { description: what }),
  breakMode,
})

/** Those that tell where. */
const addressed: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGBUS'])

async function faultAddress(gdb: MiClient, thread: number): Promise<string | undefined> {
  const command = `-data-evaluate-expression --thread ${thread} --frame 0 "$_siginfo._sifields._sigfault.si_addr"`
  return gdb.ask(command, valueSchema).then(
    ({ value }) => value,
    () => undefined,
  )
}
