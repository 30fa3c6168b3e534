import { parseSourceLine } from '../../../services/contract/fields.ts'
import type { Client } from '../../sdk/client.ts'
import type { Paint } from '../render/paint.ts'
import { sourceListing } from './source-listing.ts'

/** Lines before and after the one in the middle. */
const around = 5

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
    const window =
      wanted === undefined
        ? here
        : await this.#client.debug.source({
            ...where,
            ...(wanted.file === null ? {} : { file: wanted.file }),
            ...{ line: wanted.line, around },
          })
    const { first, lines, total } = window
    if (wanted !== undefined && wanted.line - around > total) return `it has ${total} lines\n`
    this.#next = { file: window.file, line: first + lines.length + around }
    return sourceListing(window, window.file === here.file ? here.line : null, paint)
  }
}

function wantedOf(place: string, file: string | null): { file: string | null; line: number } {
  if (/^\d{1,9}$/.test(place)) return { file, line: Number(place) }
  return parseSourceLine(place) ?? { file: place, line: 1 }
}
