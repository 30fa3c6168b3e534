import { type Names, namesIn } from '../../../../../lib/tree/names.ts'
import { Refused } from '../serving/refused.ts'

export type Target = {
  /** As it came, still encoded. */
  readonly path: string
  readonly parameters: ReadonlyMap<string, Buffer>
}

/** What a request is for. */
export function targetOf(url: string): Target {
  const [path = '', query = ''] = url.split(/\?(.*)/s, 2)
  const parameters = new Map<string, Buffer>()
  for (const pair of query.split('&')) {
    const [name = '', value = ''] = pair.split(/=(.*)/s, 2)
    if (name !== '') parameters.set(decoded(name, true).toString(), decoded(value, true))
  }
  return { path, parameters }
}

/** The parts of a path that was encoded as those of a URL are. */
export const namesInUrl = (path: string): Names => namesIn(decoded(path, false))

/** Percent-encoding undone, byte for byte. `form`: a plus is a space. */
function decoded(text: string, form: boolean): Buffer {
  if (/%(?![0-9a-f]{2})/i.test(text))
    throw new Refused('INVALID_PATH', 'a percent sign begins no encoded byte')
  const plain = form ? text.replaceAll('+', ' ') : text
  return Buffer.concat(
    plain
      .split(/((?:%[0-9a-f]{2})+)/i)
      .map((piece, index) =>
        index % 2 === 1 ? Buffer.from(piece.replaceAll('%', ''), 'hex') : Buffer.from(piece),
      ),
  )
}

/** A name as a part of a URL, from which its bytes can be had again. */
export const inUrl = (name: Buffer): string =>
  name
    .toString('latin1')
    .replaceAll(
      /[^\w.~-]/g,
      character => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )

export const pathInUrl = (names: Names): string => names.map(inUrl).join('/')
