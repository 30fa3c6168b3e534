import { type FramePlace, inFrame } from './frames.ts'
import { registerNamesSchema, registerValuesSchema } from './mi-answers.ts'
import type { MiClient } from './mi-client.ts'

/** A frame's registers, without those that are parts or groups of others and take long to read. */
export async function registersOf(gdb: MiClient, place: FramePlace) {
  const [names, values] = await Promise.all([
    gdb.ask('-data-list-register-names', registerNamesSchema),
    gdb.ask(`-data-list-register-values ${inFrame(place)} --skip-unavailable N`, registerValuesSchema),
  ])
  return values['register-values'].flatMap(({ number, value }) => {
    const name = names['register-names'][number]
    return name === undefined || name === '' ? [] : [{ name, value, variablesReference: 0 }]
  })
}
