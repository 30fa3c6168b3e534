import { visible } from '../../../lib/visible.ts'
import type { SourceWindow } from '../../../services/contract/debug-inspected.ts'
import { parseSourceFunction } from '../../../services/contract/debug-probes.ts'
import { parseSourceLine } from '../../../services/contract/fields.ts'
import type { Client } from '../../sdk/client.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import type { Paint } from '../render/paint.ts'
import { sourceListing } from './source-listing.ts'
import { functionAround } from './whole-function.ts'

/** Lines before and after the one in the middle. */
const around = 5
/** As many are told at a time, before and after. */
const mostAround = 500

type Where = {
  readonly session: string
  readonly debug: string
  readonly thread?: number
  readonly frame: number
}

/** What `list` shows: around where the frame stands, then further on each time. */
export class Listing {
  readonly #client: Client
  #next: { file: string | null; line: number } | undefined

  constructor(client: Client) {
    this.#client = client
  }

  /** The next one is around where the frame stands. */
  forget(): void {
    this.#next = undefined
  }

  async text(place: string | null, where: Where, paint: Paint): Promise<string> {
    const here = await this.#client.debug.source({ ...where, around })
    const wanted = place === null ? this.#next : wantedOf(place, here.file)
    const window = wanted === undefined ? here : await this.#windowOf(wanted, where)
    const { first, lines, total } = window
    if (wanted !== undefined && 'line' in wanted && wanted.line - around > total)
      return `it has ${total} lines\n`
    this.#next = { file: window.file, line: first + lines.length + around }
    return sourceListing(window, window.file === here.file ? here.line : null, paint)
  }

  /** All of the function where the frame stands; around there where none of that name is found to hold the line. */
  async whole(where: Where, paint: Paint): Promise<string> {
    const { frame, ...thread } = where
    const [{ frames }, here] = await Promise.all([
      this.#client.debug.stack({ ...thread, start: frame, limit: 1 }),
      this.#client.debug.source({ ...where, around: mostAround }),
    ])
    const name = frames[0]?.name ?? ''
    const all = name === '<module>' ? here : functionAround(here, name)
    if (all === undefined) {
      const shown = await this.text(null, where, paint)
      return `${shown}no function ${visible(name)} is found around this line\n`
    }
    this.#next = { file: all.file, line: all.first + all.lines.length + around }
    return sourceListing(all, here.line, paint)
  }

  /** A name alone is a function of the present file, or else a file. */
  async #windowOf(wanted: Wanted, where: Where): Promise<SourceWindow> {
    const ask = ({ file, ...at }: Asked) =>
      this.#client.debug.source({ ...where, ...(file === null ? {} : { file }), ...at, around })
    if ('line' in wanted) return ask(wanted)
    const { function: name, orFile, file } = wanted
    try {
      return await ask({ file, function: name })
    } catch (error) {
      if (!(error instanceof ProblemError) || !orFile) throw error
      return await ask({ file: name, line: 1 }).catch(other => {
        throw /[./]/.test(name) ? other : error
      })
    }
  }
}

type Asked = { readonly file: string | null } & ({ readonly line: number } | { readonly function: string })
type Wanted =
  | { readonly file: string | null; readonly line: number }
  | { readonly file: string | null; readonly function: string; readonly orFile: boolean }

/** `12`, `FILE:12`, `FILE:NAME`, or a name alone, which may be that of a file. */
function wantedOf(place: string, file: string | null): Wanted {
  if (/^\d{1,9}$/.test(place)) return { file, line: Number(place) }
  const line = parseSourceLine(place)
  if (line !== undefined) return line
  const of = place.includes('::') ? undefined : parseSourceFunction(place)
  return of === undefined
    ? { file, function: place, orFile: true }
    : { file: of.file, function: of.name, orFile: false }
}
