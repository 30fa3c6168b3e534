import { visibleLines } from '../../lib/visible.ts'
import { write } from './io.ts'
import type { ActContext } from './words/words.ts'

/** What one may want to do next, on stderr: stdout is for what was asked for. Nothing under `--json`. */
export async function hint({ io, json }: ActContext, text: string): Promise<void> {
  if (!json) await write(io.stderr, `${visibleLines(text).join('\n')}\n`, io.signal)
}

/** How to see the rest of a page; nothing where there is none. */
export async function hintAtNext(
  context: ActContext,
  { total, next }: { readonly total: number; readonly next: number | null },
): Promise<void> {
  if (next !== null) await hint(context, `there are ${total}; see more with --start ${next}`)
}
