import { framesSchema, valueSchema } from './mi-answers.ts'
import type { MiClient } from './mi-client.ts'
import { miWord } from './mi-words.ts'

/**
 * What a C++ program has thrown, read as the Itanium C++ ABI lays it out, for libstdc++ here says nothing of it to
 * debuggers: its type's name, and the text of what comes of std::exception.
 */
export type Thrown = { readonly type: string; readonly what: string | null }

/** Where type and object stand when the program has just entered `__cxa_throw(object, type, destructor)`. */
const argumentRegisters = [
  { object: '$rdi', type: '$rsi' },
  { object: '$x0', type: '$x1' },
]

/** The size of what lies in front of an object that was thrown. */
const headerSize = 112
/** How many frames there may be between the end of a program and `std::terminate`. */
const deepestAbort = 12
/** How many classes up std::exception is looked for. */
const highest = 16

/** At a stop in `__cxa_throw`. */
export async function beingThrown(gdb: MiClient, thread: number): Promise<Thrown | undefined> {
  for (const { object, type } of argumentRegisters) {
    const found = await described(gdb, thread, object, type)
    if (found !== undefined) return found
  }
  return undefined
}

/** Once nobody has caught it and the program aborts. Calls a function in the program. */
export async function uncaught(gdb: MiClient, thread: number): Promise<Thrown | undefined> {
  const frames = await gdb.ask(`-stack-list-frames --thread ${thread} 0 ${deepestAbort}`, framesSchema)
  if (!frames.stack.some(({ func }) => func?.startsWith('std::terminate') === true)) return undefined
  const header = await textOf(gdb, thread, '((void**(*)())__cxa_get_globals)()[0]')
  const address = addressIn(header)
  if (address === undefined || address === '0x0') return undefined
  return described(gdb, thread, `((char*)${address} + ${headerSize})`, `*(void**)${address}`)
}

async function described(
  gdb: MiClient,
  thread: number,
  object: string,
  type: string,
): Promise<Thrown | undefined> {
  const name = typeIn(await textOf(gdb, thread, `(void*)${type}`))
  if (name === undefined) return undefined
  const comesOfException = await reaches(gdb, thread, type, name)
  // The third in the table of functions of std::exception, behind two destructors.
  const what = comesOfException
    ? await textOf(gdb, thread, `((const char*(*)(void*))(*(void***)${object})[2])(${object})`)
    : undefined
  return { type: name, what: what === undefined ? null : quotedIn(what) }
}

async function reaches(gdb: MiClient, thread: number, type: string, name: string): Promise<boolean> {
  let at = `(char*)${type}`
  let found = name
  for (let height = 0; height < highest && found !== 'std::exception'; height += 1) {
    const kind = (await textOf(gdb, thread, `*(void**)(${at})`)) ?? ''
    const single = kind.includes('__si_class_type_info')
    if (!single && !kind.includes('__vmi_class_type_info')) return false
    const base = await textOf(gdb, thread, `*(void**)(${at} + ${single ? 16 : 24})`)
    const address = addressIn(base)
    found = typeIn(base) ?? ''
    if (address === undefined || found === '') return false
    at = `(char*)${address}`
  }
  return found === 'std::exception'
}

async function textOf(gdb: MiClient, thread: number, expression: string): Promise<string | undefined> {
  const command = `-data-evaluate-expression --thread ${thread} --frame 0 ${miWord(expression)}`
  return gdb.ask(command, valueSchema).then(
    ({ value }) => value,
    () => undefined,
  )
}

const typeIn = (text: string | undefined): string | undefined =>
  /<typeinfo for (.+?)(?:@\S*)?>$/.exec(text ?? '')?.[1]

const addressIn = (text: string | undefined): string | undefined => /0x[\da-f]+/.exec(text ?? '')?.[0]

const quotedIn = (text: string): string | null => /^0x[\da-f]+(?: <[^"]*>)? "(.*)"$/s.exec(text)?.[1] ?? null
