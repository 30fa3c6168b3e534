import { Refused } from '../serving/refused.ts'

/** The names of directories, and of a file, from the worktree on: bytes, for names are in no encoding. */
export type Names = readonly Buffer[]

export type Target = {
  /** As it came, still encoded. */
  readonly path: string
  readonly parameters: ReadonlyMap<string, Buffer>
}

/** As long as a path of the system may be (PATH_MAX). */
const longestPath = 4_096
/** A name that no directory has room for (NAME_MAX). */
const longestName = 255

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

/** The parts of a path. What leads upwards is refused, also where it would lead back. */
export function namesIn(path: Buffer): Names {
  if (path.length > longestPath) throw new Refused('INVALID_PATH', 'the path is too long')
  if (path.includes(0)) throw new Refused('INVALID_PATH', 'a path has no NUL in it')
  const names = split(path)
  if (names.some(isUpwards)) throw new Refused('PATH_TRAVERSAL', 'a path may not lead upwards (..)')
  if (names.some(name => name.length > longestName))
    throw new Refused('INVALID_PATH', 'a name in it is too long')
  return names
}

/** Without those that lead nowhere: empty ones, and `.`. */
export function split(path: Buffer): Buffer[] {
  const names: Buffer[] = []
  for (let at = 0; at <= path.length; ) {
    const slash = path.indexOf(0x2f, at)
    const end = slash === -1 ? path.length : slash
    const name = path.subarray(at, end)
    if (name.length > 0 && !(name.length === 1 && name[0] === 0x2e)) names.push(name)
    at = end + 1
  }
  return names
}

export const isUpwards = (name: Buffer): boolean => name.length === 2 && name[0] === 0x2e && name[1] === 0x2e

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

/** For people: what is no UTF-8 becomes a sign that says so. */
export const shown = (names: Names): string => names.map(name => name.toString()).join('/')

export const isUtf8Name = (name: Buffer): boolean => Buffer.from(name.toString()).equals(name)
