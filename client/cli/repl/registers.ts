import type { Variable } from '../../../services/contract/debug-resources.ts'
import type { Client } from '../../sdk/client.ts'

type Where = { session: string; debug: string; thread?: number; frame: number }

/** The registers of a frame, all or those named; undefined where the debugger has no scope of them. */
export async function registersOf(
  client: Client,
  where: Where,
  names: readonly string[],
): Promise<Variable[] | undefined> {
  const scope = (await client.debug.scopes(where)).find(({ name }) => /regist/i.test(name))
  if (scope === undefined) return undefined
  const { session, debug } = where
  const partsOf = async (reference: number) =>
    (await client.debug.variables({ session, debug, reference, limit: 1_000 })).variables
  const top = await partsOf(scope.reference)
  // Some debuggers put them into groups. Those of vectors have parts, and are no group.
  const groups = top.filter(({ name, reference }) => reference > 0 && /regist/i.test(name))
  const [first] = groups
  const flat = top.filter(one => !groups.includes(one))
  const all =
    names.length === 0
      ? [...flat, ...(first === undefined ? [] : await partsOf(first.reference))]
      : [...flat, ...(await Promise.all(groups.map(group => partsOf(group.reference)))).flat()]
  const bare = names.map(name => name.replace(/^\$/, '').toLowerCase())
  return bare.length === 0 ? all : all.filter(({ name }) => bare.includes(name.toLowerCase()))
}
