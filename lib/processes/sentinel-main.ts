/** What a sentinel becomes when its owner is gone: ends all that bears the mark. The caller was promised one second. */
import { endMarked } from './end-marked.ts'

const [, , mark] = process.argv
if (mark !== undefined) await endMarked(new Set([mark]), { graceMs: 300 })
